/**
 * Serves the kinds of custom resource definitions as soon as they are stored, and says so in their status.
 */
import type { Kind } from '../kinds/kind.ts';
import { tableOf } from '../kinds/kind.ts';
import { kindsOf } from '../kinds/custom.ts';
import { type CustomResourceDefinition, moment } from '../objects.ts';
import { type Ground, Loop, placeOf } from './loop.ts';

const cleanup = 'customresourcecleanup.apiextensions.k8s.io';

/** Follows definitions; tells of each kind that comes. */
export function startDefinitions(ground: Ground, onKind: (kind: Kind) => void): void {
  const { api, world } = ground;
  const definitions = api.kind('apiextensions.k8s.io/v1', 'CustomResourceDefinition');
  const stop = api.store.listen(tableOf(definitions), {}, ({ type, object, previous }) => {
    if (previous !== undefined) {
      for (const kind of kindsOf(previous as CustomResourceDefinition)) api.kinds.remove(kind);
    }
    if (type === 'DELETED') return;
    for (const kind of kindsOf(object as CustomResourceDefinition)) {
      api.kinds.add(kind);
      onKind(kind);
    }
  });
  world.closing.addEventListener('abort', stop, { once: true });
  new Loop(ground, 'definitions', (key) => {
    const { name } = placeOf(key);
    const definition = api.find(definitions, { name }) as CustomResourceDefinition | undefined;
    if (definition === undefined) return;
    if (definition.metadata.deletionTimestamp === undefined)
      establish(ground, definitions, definition);
    else removeObjects(ground, definitions, definition);
  }).follow(definitions);
}

function establish({ api }: Ground, kind: Kind, { metadata }: CustomResourceDefinition): void {
  api.change<CustomResourceDefinition>(kind, metadata, (draft) => {
    const { names, versions } = draft.spec;
    const finalizers = new Set(draft.metadata.finalizers ?? []).add(cleanup);
    draft.metadata.finalizers = [...finalizers];
    if ((draft.status?.conditions ?? []).length > 0) return;
    const at = moment();
    const stored = versions.filter(({ storage }) => storage).map(({ name }) => name);
    draft.status = {
      acceptedNames: names,
      storedVersions: stored,
      conditions: [
        accepted('NamesAccepted', 'NoConflicts', 'no conflicts found', at),
        accepted('Established', 'InitialNamesAccepted', 'the initial names have been accepted', at),
      ],
    };
  });
}

type Condition = NonNullable<NonNullable<CustomResourceDefinition['status']>['conditions']>[number];

const accepted = (...[type, reason, message, at]: [string, string, string, string]): Condition => ({
  type,
  status: 'True',
  reason,
  message,
  lastTransitionTime: at,
});

function removeObjects({ api }: Ground, kind: Kind, definition: CustomResourceDefinition): void {
  const [first] = kindsOf(definition);
  const objects = first === undefined ? [] : api.list(first);
  for (const { metadata } of objects) {
    if (first !== undefined && metadata.deletionTimestamp === undefined)
      api.remove(first, metadata);
  }
  if (first !== undefined && api.list(first).length > 0) return;
  api.change(kind, definition.metadata, (draft) => {
    const left = (draft.metadata.finalizers ?? []).filter((one) => one !== cleanup);
    if (left.length > 0) draft.metadata.finalizers = left;
    else delete draft.metadata.finalizers;
  });
}
