/**
 * The images of the lab, compiled in the build root and kept as archives; no registry takes part.
 */
import { join } from 'node:path';

import { buildImages } from '../../images/build.ts';
import { inRoot } from '../roots/chroot.ts';

/** An image and the archive that holds it. */
export interface LabImage {
  readonly name: string;
  readonly tar: string;
  readonly digest: string;
}

/** Builds the images that the lab's nodes need, or finds them built. */
export async function labImages(cache: string, buildRoot: string): Promise<LabImage[]> {
  const archives = await buildImages({
    outDir: join(cache, 'images'),
    tools: {
      goBinary: '/usr/bin/go',
      muslGcc: '/usr/bin/musl-gcc',
      gcc: '/usr/bin/gcc',
      busybox: '/bin/busybox',
      run: (argv, folder) => inRoot(buildRoot, argv, { binds: { [folder]: folder }, cwd: folder }),
    },
  });
  return archives;
}
