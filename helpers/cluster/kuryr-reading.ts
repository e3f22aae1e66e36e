/**
 * A custom resource of Kuryr as a reading, whatever the release keeps it in.
 */
import { z } from 'zod';
import { type KubernetesAccess, StackError } from '#env';
import { type Reading, reading } from '../reading.ts';
import { describeResource } from './descriptions.ts';
import { type KuryrKind, type KuryrResource, kuryrResources } from './kuryr-forms.ts';
import { olderRecord } from './older-records.ts';

const kuryrGroup = { group: 'openstack.org', version: 'v1' } as const;

/** What is read, and how it is shown. */
export interface KuryrSubject<K extends KuryrKind, V> {
  readonly kind: K;
  readonly namespace: string;
  readonly name: string;
  readonly view: (resource: KuryrResource<K>) => V;
}

/** Reads one resource of Kuryr; undefined while there is none. */
export function kuryrReading<K extends KuryrKind, V extends object>(
  access: KubernetesAccess,
  { kind, namespace, name, view }: KuryrSubject<K, V>,
): Reading<V | undefined> {
  const { plural, form } = kuryrResources[kind];
  return reading(
    `${kind} ${namespace}/${name}`,
    async (signal) => {
      const found: unknown =
        (await access.find(
          `Reading ${kind} "${namespace}/${name}"`,
          ({ custom }): Promise<unknown> =>
            custom.getNamespacedCustomObject({ ...kuryrGroup, namespace, plural, name }),
          signal,
        )) ?? (await olderRecord(access, kind, { namespace, name, signal }));
      if (found === undefined) {
        return undefined;
      }
      const parsed = form.safeParse(found);
      if (!parsed.success) {
        throw new StackError(
          'KURYR_RESOURCE_UNEXPECTED',
          `Reading ${kind} "${namespace}/${name}": it has another form than Kuryr 10.0.0 gives it: ${z.prettifyError(parsed.error)}`,
        );
      }
      return view(parsed.data as KuryrResource<K>);
    },
    describeResource,
  );
}
