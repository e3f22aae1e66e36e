/**
 * Ends namespaces: deletes their contents, waits for what is held by finalizers, and says so in conditions.
 * Every namespace also gets the account and the authority that pods expect in it.
 */
import type { Kind } from '../kinds/kind.ts';
import { tableOf } from '../kinds/kind.ts';
import { type KubeObject, moment, type Namespace } from '../objects.ts';
import { type Ground, Loop, placeOf } from './loop.ts';

/** Runs the controllers of namespaces; gives what has to know kinds that are defined later. */
export function startNamespaces(ground: Ground, authority: string): (kind: Kind) => void {
  const { api, world } = ground;
  const namespaces = api.kind('v1', 'Namespace');
  const loop = new Loop(ground, 'namespace controller', (key) => {
    const { name } = placeOf(key);
    const namespace = api.find(namespaces, { name }) as Namespace | undefined;
    if (namespace === undefined) return;
    if (namespace.metadata.deletionTimestamp === undefined) furnish(ground, name, authority);
    else finish(ground, namespace);
  });
  loop.follow(namespaces);
  const followed = new Set<string>();
  const follow = (kind: Kind): void => {
    const table = tableOf(kind);
    if (!kind.isNamespaced || followed.has(table)) return;
    followed.add(table);
    const stop = api.store.listen(table, {}, ({ type, object }) => {
      const { namespace = '' } = object.metadata;
      const isEnding =
        api.find(namespaces, { name: namespace })?.metadata.deletionTimestamp !== undefined;
      if (isEnding || (type === 'DELETED' && furniture.has(kind.kind))) loop.add(`/${namespace}`);
    });
    world.closing.addEventListener('abort', stop, { once: true });
  };
  for (const kind of api.kinds.all()) follow(kind);
  return follow;
}

const furniture = new Set(['ServiceAccount', 'ConfigMap']);

function furnish({ api }: Ground, namespace: string, authority: string): void {
  const accounts = api.kind('v1', 'ServiceAccount');
  const maps = api.kind('v1', 'ConfigMap');
  if (api.find(accounts, { namespace, name: 'default' }) === undefined) {
    api.create(accounts, { metadata: { name: 'default', namespace } });
  }
  if (api.find(maps, { namespace, name: 'kube-root-ca.crt' }) === undefined) {
    const draft = {
      metadata: { name: 'kube-root-ca.crt', namespace },
      data: { 'ca.crt': authority },
    };
    api.create(maps, draft);
  }
}

function isFree({ metadata, spec }: Namespace): boolean {
  return [...(metadata.finalizers ?? []), ...(spec.finalizers ?? [])].length === 0;
}

interface Rest {
  readonly kind: Kind;
  readonly objects: readonly KubeObject[];
}

function finish(ground: Ground, namespace: Namespace): void {
  const { api } = ground;
  const { name } = namespace.metadata;
  const contents = contentsOf(ground, name);
  for (const rest of contents) empty(ground, rest);
  const rests = contentsOf(ground, name);
  const kind = api.kind('v1', 'Namespace');
  if (rests.length > 0) {
    api.change<Namespace>(kind, { name }, (draft) => {
      draft.status = { phase: 'Terminating', conditions: conditionsOf(rests, draft) };
    });
    return;
  }
  const last = api.change<Namespace>(kind, { name }, (draft) => {
    const left = (draft.spec.finalizers ?? []).filter((one) => one !== 'kubernetes');
    draft.spec = left.length === 0 ? {} : { finalizers: left };
  });
  if (last !== undefined && isFree(last)) api.store.remove(tableOf(kind), last);
}

function empty({ api }: Ground, { kind, objects }: Rest): void {
  for (const { metadata } of objects) {
    if (metadata.deletionTimestamp === undefined && api.find(kind, metadata) !== undefined) {
      api.remove(kind, metadata, kind.kind === 'Pod' ? {} : { propagationPolicy: 'Background' });
    }
  }
}

function contentsOf({ api }: Ground, namespace: string): Rest[] {
  const tables = new Map(
    api.kinds
      .all()
      .filter((kind) => kind.isNamespaced && kind.view === undefined)
      .map((kind) => [tableOf(kind), kind]),
  );
  return [...tables.values()]
    .map((kind) => ({ kind, objects: api.list(kind, namespace) }))
    .filter(({ objects }) => objects.length > 0);
}

type Condition = NonNullable<NonNullable<Namespace['status']>['conditions']>[number];

/** The conditions in the words of the namespace controller, which other programs take apart. */
function conditionsOf(rests: readonly Rest[], { status }: Namespace): Condition[] {
  const remaining = rests
    .map(({ kind, objects }) => `${resourceOf(kind)} has ${objects.length} resource instances`)
    .sort();
  const held = new Map<string, number>();
  for (const object of rests.flatMap(({ objects }) => objects)) {
    for (const one of object.metadata.finalizers ?? []) held.set(one, (held.get(one) ?? 0) + 1);
  }
  const holding = [...held].map(([one, count]) => `${one} in ${count} resource instances`).sort();
  const wanted = [
    told('NamespaceDeletionDiscoveryFailure', 'ResourcesDiscovered', [
      false,
      'All resources successfully discovered',
    ]),
    told('NamespaceDeletionGroupVersionParsingFailure', 'ParsedGroupVersions', [
      false,
      'All legacy kube types successfully parsed',
    ]),
    told('NamespaceDeletionContentFailure', 'ContentDeleted', [
      false,
      'All content successfully deleted, may be waiting on finalization',
    ]),
    told('NamespaceContentRemaining', 'SomeResourcesRemain', [
      true,
      `Some resources are remaining: ${remaining.join(', ')}`,
    ]),
    holding.length === 0
      ? told('NamespaceFinalizersRemaining', 'ContentHasNoFinalizers', [
          false,
          'All content-preserving finalizers finished',
        ])
      : told('NamespaceFinalizersRemaining', 'SomeFinalizersRemain', [
          true,
          `Some content in the namespace has finalizers remaining: ${holding.join(', ')}`,
        ]),
  ];
  return wanted.map((next) => {
    const old = (status?.conditions ?? []).find(({ type }) => type === next.type);
    const isSame = old?.status === next.status && old.message === next.message;
    return isSame ? old : next;
  });
}

const resourceOf = ({ group, plural }: Kind): string => `${plural}.${group}`;

function told(type: string, reason: string, [isTrue, message]: [boolean, string]): Condition {
  const lastTransitionTime = moment();
  return { type, status: isTrue ? 'True' : 'False', lastTransitionTime, reason, message };
}
