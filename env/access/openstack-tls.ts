/**
 * The TLS settings of a cloud: its authority, and the certificate of the one who asks.
 */
import { readFile } from 'node:fs/promises';
import type { OptionsInit } from 'got';
import { ProfileError } from '../errors.ts';
import type { CloudEntry } from './clouds-file.ts';

/** Reads the files that a cloud of clouds.yaml names. */
export async function tlsOf(cloud: CloudEntry): Promise<NonNullable<OptionsInit['https']>> {
  const read = async (file: string | undefined): Promise<string | undefined> => {
    if (file === undefined) {
      return undefined;
    }
    return readFile(file, 'utf8').catch((cause: unknown) => {
      throw new ProfileError(
        'CLOUDS_TLS_UNREADABLE',
        `Reading "${file}", which cloud "${cloud.name}" of "${cloud.file}" names: ${(cause as Error).message}. Correct the path.`,
        { cause },
      );
    });
  };
  const [ca, certificate, key] = await Promise.all([
    read(cloud.tls.caFile),
    read(cloud.tls.certFile),
    read(cloud.tls.keyFile),
  ]);
  return {
    rejectUnauthorized: cloud.tls.verify,
    ...(ca === undefined ? {} : { certificateAuthority: ca }),
    ...(certificate === undefined ? {} : { certificate }),
    ...(key === undefined ? {} : { key }),
  };
}
