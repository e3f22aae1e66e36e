/**
 * A container: processes that share files, a hostname and a network namespace.
 */
import { PassThrough } from 'node:stream';
import { type ContainerSpec, type RunningProcess, RuntimeRefusal } from '../../seams.ts';
import type { DatagramNetwork } from '../sockets/datagrams.ts';
import { Handles } from '../sockets/handles.ts';
import { ProcessSockets } from '../sockets/modules.ts';
import type { SimulatedNetns } from '../sockets/netns.ts';
import type { Wire } from '../sockets/wire.ts';
import { fileOf, type Image } from './images.ts';
import { kernelFile, kernelFolder } from './kernel-files.ts';
import type { HealthSource, NameSource, Program, ProgramContext } from './program.ts';

/** What all containers of a data plane share. */
export interface Runtime {
  readonly wire: Wire;
  readonly datagrams: DatagramNetwork;
  readonly names: () => NameSource | undefined;
  readonly health: () => HealthSource | undefined;
  /** Notes a command that nobody knows; gives what to do about it. */
  readonly reportUnknown: (image: string, command: readonly string[]) => string;
}

const killed = 137;
const terminated = 143;

/** Runs processes for one spec. */
export class Container {
  readonly #runtime: Runtime;
  readonly #spec: ContainerSpec;
  readonly #image: Image;
  readonly #netns: SimulatedNetns;
  readonly #processes = new Set<RunningProcess>();

  constructor(
    runtime: Runtime,
    spec: ContainerSpec,
    { image, netns }: { readonly image: Image; readonly netns: SimulatedNetns },
  ) {
    this.#runtime = runtime;
    this.#spec = spec;
    this.#image = image;
    this.#netns = netns;
  }

  /** Starts the main process; with it all others end. */
  start(): RunningProcess {
    const { command } = this.#spec;
    const isArguments = command[0]?.startsWith('--') === true;
    const { entrypoint } = this.#image;
    const argv = command.length === 0 || isArguments ? [...entrypoint, ...command] : command;
    const main = this.#require(argv);
    void main.exited.then(() => {
      this.#processes.forEach((process) => {
        process.kill();
      });
    });
    return main;
  }

  #require(argv: readonly string[]): RunningProcess {
    const running = this.#run(argv);
    if (running !== undefined) return running;
    const { image } = this.#spec;
    const remedy = this.#runtime.reportUnknown(image, argv);
    throw new RuntimeRefusal(
      'RunContainerError',
      `Running ${JSON.stringify(argv)} in image "${image}": there is no such program. ${remedy}`,
    );
  }

  #programFor([word = '', ...rest]: readonly string[]): Program | undefined {
    const { programs } = this.#image;
    const program = programs.get(word) ?? programs.get(word.replace(/^.*\/s?bin\//, ''));
    // Node takes scripts on its command line too; here it runs files only.
    const isInline = /(^|\/)node$/.test(word) && /^-(?!-version$|v$)/.test(rest[0] ?? '-');
    return isInline ? undefined : program;
  }

  #run(argv: readonly string[]): RunningProcess | undefined {
    const program = this.#programFor(argv);
    if (program === undefined) return undefined;
    const process = new ContainerProcess(program, (ending) => this.#contextFor(argv, ending));
    const running: RunningProcess = {
      ...{ stdin: process.stdin, stdout: process.stdout, stderr: process.stderr },
      exited: process.exited,
      kill: () => {
        process.kill();
      },
      exec: (command) => this.#require(command),
    };
    this.#processes.add(running);
    void process.exited.then(() => this.#processes.delete(running));
    process.start();
    return running;
  }

  #contextFor(argv: readonly string[], process: ContainerProcess): ProgramContext {
    const { env, hostname, resolvConf, hosts } = this.#spec;
    const { wire, datagrams, names, health } = this.#runtime;
    const { handles, stdin, stdout, stderr } = process;
    return {
      ...{ argv, env, hostname, handles, stdin, stdout, stderr, names, health },
      sockets: new ProcessSockets({
        ...{ wire, datagrams, netns: this.#netns, resolvConf, hosts, handles },
        libc: this.#image.libc,
      }),
      read: (path) => this.#read(path),
      list: (path) => kernelFolder(this.#netns, path),
      spawn: (command) => this.#run(command),
      exit: (status) => {
        process.end(status);
      },
      onTerminate: (then) => {
        process.onTerminate(then);
      },
    };
  }

  #read(path: string): string | undefined {
    const { files, resolvConf, hosts, hostname } = this.#spec;
    const own: Readonly<Record<string, string>> = {
      '/etc/resolv.conf': resolvConf,
      '/etc/hosts': hosts,
      '/etc/hostname': `${hostname}\n`,
    };
    return files[path] ?? own[path] ?? kernelFile(this.#netns, path) ?? fileOf(this.#image, path);
  }
}

class ContainerProcess {
  readonly stdin = new PassThrough();
  readonly stdout = new PassThrough();
  readonly stderr = new PassThrough();
  readonly handles = new Handles();
  readonly exited: Promise<number>;
  readonly #program: Program;
  readonly #contextFor: (process: ContainerProcess) => ProgramContext;
  #onTerminate: (() => boolean) | undefined;
  #resolve: (status: number) => void = () => undefined;
  #isOver = false;

  constructor(program: Program, contextFor: (process: ContainerProcess) => ProgramContext) {
    this.#program = program;
    this.#contextFor = contextFor;
    this.exited = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    // Whoever has gone away reads nothing any more; that must not end the stack.
    for (const stream of [this.stdin, this.stdout, this.stderr]) {
      stream.on('error', () => undefined);
    }
  }

  start(): void {
    const run = async (): Promise<void> => {
      await this.#program(this.#contextFor(this));
    };
    run().catch((error: unknown) => {
      this.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      this.end(1);
    });
  }

  onTerminate(then: () => boolean): void {
    this.#onTerminate = then;
  }

  end(status: number): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.handles.endAll();
    this.stdout.end();
    this.stderr.end();
    this.stdin.destroy();
    this.#resolve(status);
  }

  /** As SIGTERM, and SIGKILL at once if that was not heard. */
  kill(): void {
    const isHeard = this.#onTerminate?.() === true;
    this.end(isHeard ? killed : terminated);
  }
}
