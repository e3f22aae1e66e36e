/**
 * Steps that make the parts of the lab which are kept in the cache.
 */
import { writePrivate } from '../base/files.ts';
import type { Step } from '../base/steps.ts';
import { cloudsFile } from '../cloud/config.ts';
import { cloudLayer } from '../cloud/databases.ts';
import { labImages } from '../cluster/images.ts';
import { makeKubernetes } from '../cluster/kubernetes-build.ts';
import { installKuryr } from '../kuryr/programs.ts';
import { makeRoot, mmdebstrap } from '../roots/debian.ts';
import { buildRoot, switchRoot, zedRoot } from '../roots/recipes.ts';
import { type Making, type Slot, step } from './making.ts';

/** Parts that are made once and then come from the cache. */
export function cachedParts(making: Making): Step[] {
  const { layout } = making;
  const { cache } = layout;
  const made = async <T extends string>(
    slot: Slot<T>,
    make: () => Promise<T>,
  ): Promise<undefined> => {
    slot.fill(await make());
    return undefined;
  };
  return [
    step('mmdebstrap', [], async () => {
      await mmdebstrap(cache);
      return undefined;
    }),
    step('root of OpenStack Zed and the container runtime', ['mmdebstrap'], () =>
      made(making.root, () => makeRoot(cache, zedRoot)),
    ),
    step('root of Open vSwitch', ['mmdebstrap'], () =>
      made(making.switchRoot, () => makeRoot(cache, switchRoot)),
    ),
    step('root with compilers', ['mmdebstrap'], () =>
      made(making.buildRoot, () => makeRoot(cache, buildRoot)),
    ),
    step('Kuryr programs', ['root with compilers'], () =>
      made(making.kuryr, () =>
        installKuryr({ cache, buildRoot: making.buildRoot.get(), log: making.log('build-kuryr') }),
      ),
    ),
    step('Kubernetes programs', ['root with compilers', 'Kuryr programs'], async () => {
      const { path, origin } = await makeKubernetes({
        cache,
        buildRoot: making.buildRoot.get(),
        log: making.log('build-kubernetes'),
        ...(making.options.kubernetesRelease === undefined
          ? {}
          : { release: making.options.kubernetesRelease }),
      });
      making.kubernetes.fill(path);
      return origin;
    }),
    step('images', ['root with compilers'], async () => {
      making.images.fill(await labImages(cache, making.buildRoot.get()));
      return `${making.images.get().length} images`;
    }),
    step(
      'databases and identities',
      ['root of OpenStack Zed and the container runtime'],
      async () => {
        making.layer.fill(await cloudLayer(layout, making.root.get()));
        await writePrivate(layout.cloudsYaml, cloudsFile(making.layer.get().secrets));
        return undefined;
      },
    ),
  ];
}
