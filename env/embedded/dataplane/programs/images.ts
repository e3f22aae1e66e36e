/**
 * The images that can be run here, and the programs in them. Names are told by their last part, so that
 * the images of the lab and those of the embedded stack are the same ones.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { ResolverName } from '../resolvers/models.ts';
import { clusterDns } from './cluster-dns.ts';
import { kuryrProgram } from './kuryr.ts';
import { runNode } from './node.ts';
import type { Program } from './program.ts';
import { cat, nslookup, oneLiners, resolverProgram, sleep } from './small-programs.ts';

/** An image. */
export interface Image {
  /** Whose getaddrinfo Node and the shell's programs use. */
  readonly libc: ResolverName;
  /** What runs when no command is given. */
  readonly entrypoint: readonly string[];
  readonly programs: ReadonlyMap<string, Program>;
  /** Files of the image, by path; the values are files of this project. */
  readonly files: Readonly<Record<string, URL>>;
}

const shell: Readonly<Record<string, Program>> = { ...oneLiners, cat, sleep, nslookup };

const resolvers: Readonly<Record<string, ResolverName>> = {
  glibc: 'glibc',
  // The lab's image is built with the musl of Debian bookworm and a current Go.
  musl: 'musl-1.2.3',
  go: 'go-1.13',
  'musl-1-2-4': 'musl-1.2.4',
  'go-1-12': 'go-1.12',
  busybox: 'busybox',
};

const sources = ['dns-server.mjs', 'dns-logger.mjs'];

const dnsFiles = Object.fromEntries(
  sources.map((name) => [
    `/programs/${name}`,
    new URL(`../../../images/programs/${name}`, import.meta.url),
  ]),
);

function image(libc: ResolverName, entrypoint: readonly string[]): Image {
  const inFolder = Object.entries(resolvers).map(
    ([name, resolver]) => [`/resolvers/${name}`, resolverProgram(resolver)] as const,
  );
  const programs = new Map<string, Program>([
    ...Object.entries(shell),
    ...inFolder,
    ['node', runNode],
    ['cluster-dns', clusterDns],
  ]);
  return { libc, entrypoint, programs, files: dnsFiles };
}

const pause: Image = {
  ...image('glibc', ['sleep', 'infinity']),
  programs: new Map(Object.entries(shell)),
};

/** An image of Kuryr, whose one program is a part of it. */
function kuryrImage(command: string, part: 'controller' | 'daemon'): Image {
  const programs = new Map<string, Program>([[command, kuryrProgram(part)]]);
  return { ...image('glibc', [command]), programs };
}

const images: readonly (readonly [RegExp, Image])[] = [
  [/^prober(-glibc)?$/, image('glibc', ['node', '--version'])],
  [/^prober-musl-old$/, image('musl-1.2.3', ['node', '--version'])],
  [/^prober-musl$/, image('musl-1.2.4', ['node', '--version'])],
  [/^dns-logger$/, image('glibc', ['node', '/programs/dns-logger.mjs'])],
  [/^cluster-dns$/, image('glibc', ['cluster-dns'])],
  [/^pause$/, pause],
  [/^origin-kuryr-controller$/, kuryrImage('kuryr-k8s-controller', 'controller')],
  [/^origin-kuryr-cni$/, kuryrImage('cni_ds_init', 'daemon')],
  [/^node-slim$/, image('glibc', ['node', '--version'])],
  [/^node-alpine$/, image('musl-1.2.4', ['node', '--version'])],
];

/** Finds an image by its name, such as registry/folder/prober:tag. */
export function imageNamed(name: string): Image | undefined {
  const [repository = '', tag = ''] = basename(name.replace(/@.*$/, '')).split(':');
  const flavour = /slim|alpine/.exec(tag)?.[0];
  const short = repository === 'node' && flavour !== undefined ? `node-${flavour}` : repository;
  return images.find(([pattern]) => pattern.test(short))?.[1];
}

const texts = new Map<string, string>();

/** The text of a file of an image. */
export function fileOf({ files }: Image, path: string): string | undefined {
  const source = files[path];
  if (source === undefined) return undefined;
  let text = texts.get(path);
  if (text === undefined) texts.set(path, (text = readFileSync(source, 'utf8')));
  return text;
}
