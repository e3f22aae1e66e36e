/**
 * The program `node` of a container: runs one file of it over the simulated network. What it needs of Node
 * beyond sockets is the real thing, except for files, timers and the process itself.
 */
import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { arch, nextTick, platform, version, versions } from 'node:process';
import { Readable } from 'node:stream';
import * as timers from 'node:timers';
import packet from 'dns-packet';
import type { Handles } from '../sockets/handles.ts';
import { type ModuleHost, runModule } from './js-modules.ts';
import type { ProgramContext } from './program.ts';

const execPath = '/usr/local/bin/node';
const requireBuiltin = createRequire(import.meta.url);
const harmless =
  /^node:(assert|buffer|crypto|events|path|perf_hooks|stream|string_decoder|url|util|zlib)$/;

/** Runs `node FILE ARGUMENTS` or `node --version`. */
export async function runNode(context: ProgramContext): Promise<void> {
  const [, file = '', ...words] = context.argv;
  if (file === '--version' || file === '-v') {
    context.stdout.write(`${version}\n`);
    context.exit(0);
    return;
  }
  const process = containerProcess(context, [execPath, file, ...words]);
  const host = moduleHost(context, process);
  try {
    await runModule(host, file);
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    context.stderr.write(`${text}\n\nNode.js ${version}\n`);
    context.exit(1);
    return;
  }
  context.handles.whenIdle(() => {
    context.exit(process.exitCode ?? 0);
  });
}

/** What a module of the image finds that another program loads. */
export function imageHost(context: ProgramContext): ModuleHost {
  return moduleHost(context, containerProcess(context, context.argv));
}

function moduleHost(context: ProgramContext, process: object): ModuleHost {
  return {
    read: (path) => context.read(path),
    module: moduleTable(context, process),
    globals: { process, ...trackedTimers(context.handles) },
  };
}

interface ContainerProcess extends EventEmitter {
  exitCode?: number;
}

function containerProcess(context: ProgramContext, argv: readonly string[]): ContainerProcess {
  const { env, stdout, stderr } = context;
  const process: ContainerProcess = new EventEmitter();
  context.onTerminate(() => process.emit('SIGTERM'));
  return Object.assign(process, {
    ...{ argv: [...argv], env: { ...env }, execPath, version, versions, platform, arch, pid: 1 },
    ...{ stdin: heldWhileRead(context), stdout, stderr, nextTick },
    exit: (status?: number) => {
      context.exit(status ?? process.exitCode ?? 0);
    },
    cwd: () => '/',
  });
}

/** A standard input that keeps the process alive while somebody listens to it. */
function heldWhileRead({ stdin, handles }: ProgramContext): Readable {
  let release: (() => void) | undefined;
  stdin.on('newListener', (name) => {
    if ((name === 'data' || name === 'readable') && release === undefined && !stdin.readableEnded) {
      release = handles.hold(() => undefined);
    }
  });
  stdin.once('end', () => release?.());
  return stdin;
}

function moduleTable(context: ProgramContext, process: object): ModuleHost['module'] {
  const sockets = context.sockets.modules();
  const own: Readonly<Record<string, object>> = {
    'node:net': sockets.net,
    'node:dgram': sockets.dgram,
    'node:dns': sockets.dns,
    'node:http': sockets.http,
    'node:process': process,
    'node:timers': trackedTimers(context.handles),
    'node:fs': files(context),
    'node:child_process': { spawn: spawnIn(context) },
    'dns-packet': packet,
  };
  return (name) =>
    own[name] ?? (harmless.test(name) ? (requireBuiltin(name) as object) : undefined);
}

function files(context: ProgramContext): object {
  const read = (path: string): string | undefined => context.read(path);
  const missing = (path: string, syscall: string): Error =>
    Object.assign(new Error(`ENOENT: no such file or directory, ${syscall} '${path}'`), {
      ...{ code: 'ENOENT', path, syscall },
    });
  return {
    realpathSync: (path: string) => {
      if (read(path) === undefined) throw missing(path, 'lstat');
      return path;
    },
    readdirSync: (path: string) => {
      const names = context.list(path);
      if (names === undefined) throw missing(path, 'scandir');
      return [...names];
    },
    existsSync: (path: string) => read(path) !== undefined,
    readFileSync: (path: string, encoding?: string) => {
      const text = read(path);
      if (text === undefined) throw missing(path, 'open');
      return encoding === undefined ? Buffer.from(text) : text;
    },
  };
}

/** Timers that keep the process alive and end with it. */
function trackedTimers(handles: Handles): Record<string, unknown> {
  const releases = new WeakMap<object, () => void>();
  const clear = (timer: object | undefined): void => {
    if (timer === undefined) return;
    timers.clearTimeout(timer as NodeJS.Timeout);
    releases.get(timer)?.();
  };
  const repeated = (then: (...given: unknown[]) => void, ms?: number, ...given: unknown[]) => {
    const timer = timers.setInterval(then, ms, ...given);
    releases.set(
      timer,
      handles.hold(() => {
        timers.clearInterval(timer);
      }),
    );
    return timer;
  };
  const once = (then: (...given: unknown[]) => void, ms?: number, ...given: unknown[]) => {
    const timer = timers.setTimeout(() => {
      release();
      then(...given);
    }, ms);
    const release = handles.hold(() => {
      timers.clearTimeout(timer);
    });
    releases.set(timer, release);
    return timer;
  };
  return {
    ...{ setTimeout: once, setInterval: repeated, clearTimeout: clear, clearInterval: clear },
    ...{ setImmediate: timers.setImmediate, clearImmediate: timers.clearImmediate },
  };
}

type Child = EventEmitter & {
  stdout: Readable;
  stderr: Readable;
  kill: () => boolean;
  pid?: number;
};

function spawnIn(context: ProgramContext): (program: string, words: readonly string[]) => Child {
  return (program, words) => {
    const running = context.spawn([program, ...words]);
    const child = new EventEmitter();
    if (running === undefined) {
      const error = Object.assign(new Error(`spawn ${program} ENOENT`), {
        ...{ code: 'ENOENT', syscall: `spawn ${program}`, path: program },
      });
      const streams = { stdout: Readable.from([]), stderr: Readable.from([]) };
      nextTick(() => child.emit('error', error));
      return Object.assign(child, { ...streams, kill: () => false });
    }
    const release = context.handles.hold(() => {
      running.kill();
    });
    const ended = new Promise((resolve) => running.stdout.once('close', resolve));
    void Promise.all([running.exited, ended]).then(([status]) => {
      child.emit('exit', status, null);
      child.emit('close', status, null);
      release();
    });
    running.stderr.resume();
    const kill = (): boolean => {
      running.kill();
      return true;
    };
    return Object.assign(child, { stdout: running.stdout, stderr: running.stderr, kill });
  };
}
