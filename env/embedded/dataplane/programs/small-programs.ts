/**
 * The programs of images that are no JavaScript: resolvers of other libraries, and the few words of a
 * shell that one types into a pod.
 */
import { setTimeout } from 'node:timers';
import type { ResolverName } from '../resolvers/models.ts';
import type { Program, ProgramContext } from './program.ts';

/** A program that looks one name up as the named resolver does: `PROGRAM NAME [0|4|6]`. */
export function resolverProgram(resolver: ResolverName): Program {
  return async (context) => {
    const [, name, family = '0'] = context.argv;
    if (name === undefined) {
      context.stderr.write('usage: NAME [0|4|6]\n');
      context.exit(64);
      return;
    }
    const began = performance.now();
    const wanted = { name, family: family === '4' ? 4 : family === '6' ? 6 : 0 } as const;
    const { addresses, code } = await context.sockets.addressesOf(resolver, wanted);
    const elapsedMs = Math.round((performance.now() - began) * 10) / 10;
    const said = { addresses, elapsedMs, ...(code === undefined ? {} : { code }) };
    context.stdout.write(`${JSON.stringify(said)}\n`);
    context.exit(0);
  };
}

/** Sleeps for so many seconds, or for ever. */
export function sleep(context: ProgramContext): void {
  const [, seconds = 'infinity'] = context.argv;
  const end = (): void => {
    context.exit(0);
  };
  const timer =
    seconds === 'infinity' ? undefined : setTimeout(end, Number.parseFloat(seconds) * 1_000);
  context.handles.hold(() => {
    clearTimeout(timer);
  });
}

/** Prints files of the container. */
export function cat(context: ProgramContext): void {
  let status = 0;
  for (const path of context.argv.slice(1)) {
    const text = context.read(path);
    if (text === undefined) {
      context.stderr.write(`cat: ${path}: No such file or directory\n`);
      status = 1;
    } else {
      context.stdout.write(text);
    }
  }
  context.exit(status);
}

/** Programs that say one line or nothing. */
export const oneLiners: Readonly<Record<string, Program>> = {
  echo: (context) => {
    context.stdout.write(`${context.argv.slice(1).join(' ')}\n`);
    context.exit(0);
  },
  env: (context) => {
    const lines = Object.entries(context.env).map(([name, value]) => `${name}=${value}\n`);
    context.stdout.write(lines.join(''));
    context.exit(0);
  },
  hostname: (context) => {
    context.stdout.write(`${context.hostname}\n`);
    context.exit(0);
  },
  true: (context) => {
    context.exit(0);
  },
  false: (context) => {
    context.exit(1);
  },
};

/** Asks as busybox does, over UDP whatever resolv.conf says. */
export async function nslookup(context: ProgramContext): Promise<void> {
  const [, name = ''] = context.argv;
  const { addresses } = await context.sockets.addressesOf('busybox', { name, family: 0 });
  const lines = addresses.map((address) => `Name:\t${name}\nAddress: ${address}\n`);
  context.stdout.write(
    lines.length === 0 ? `** server can't find ${name}: NXDOMAIN\n` : lines.join(''),
  );
  context.exit(lines.length === 0 ? 1 : 0);
}
