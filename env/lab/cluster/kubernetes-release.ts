/**
 * Kubernetes' own release of the version that the lab is made for, where the network lets it through.
 * It is the same version as the distribution's source package, so that nothing else depends on which.
 */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import got, { RequestError } from 'got';

import { StackError } from '../../errors.ts';

/** A file on a server, with the digest that it must have. */
export interface Release {
  readonly url: string;
  readonly sha512: string;
}

/** The server archive of Kubernetes 1.20.2; its digest is that of upstream's change log. */
export const serverArchive: Release = {
  url: 'https://dl.k8s.io/v1.20.2/kubernetes-server-linux-amd64.tar.gz',
  sha512:
    '65abf178782e43bc21e8455ffbfdadf6064dbeae3ff704ccf9e13e8acee18235c280b06778e5de4bd702f5507e1870fe38c561366d125ef4f821ed7aa46e9f45',
};

const timeout = { lookup: 3_000, connect: 3_000, secureConnect: 3_000, response: 10_000 };
const stalledMs = 20_000;

/**
 * Downloads a release to a file. Gives undefined when it is there and whole, the reason when the server
 * cannot be reached; a file that is another one than expected is an error.
 */
export async function download(release: Release, file: string): Promise<string | undefined> {
  const partial = `${file}.partial`;
  const digest = createHash('sha512');
  const hashing = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      digest.update(chunk);
      done(null, chunk);
    },
  });
  try {
    const source = got.stream(release.url, {
      timeout: { ...timeout, socket: stalledMs },
      retry: { limit: 0 },
    });
    await pipeline(source, hashing, createWriteStream(partial));
  } catch (error) {
    await rm(partial, { force: true });
    if (error instanceof RequestError) return `${new URL(release.url).host}: ${error.message}`;
    throw error;
  }
  const found = digest.digest('hex');
  if (found !== release.sha512) {
    await rm(partial, { force: true });
    throw new StackError(
      'LAB_RELEASE_CHANGED',
      `Downloading ${release.url}: its SHA-512 is ${found.slice(0, 16)}..., expected ${release.sha512.slice(0, 16)}.... Somebody between here and there has changed it; try another network, or give an archive of your own with --kubernetes-server.`,
    );
  }
  await rename(partial, file);
  return undefined;
}
