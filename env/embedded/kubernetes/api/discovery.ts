/**
 * Discovery: the lists of groups, versions and resources, in the old form and in the aggregated one.
 */
import { createHash } from 'node:crypto';
import { apiVersionOf, type Kind } from '../kinds/kind.ts';
import type { Kinds } from '../kinds/registry.ts';

const objectVerbs = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
];
const partVerbs = ['get', 'patch', 'update'];

/** The resources of reviews, which are made but not kept. */
const reviews: Readonly<Record<string, readonly (readonly [string, string, boolean])[]>> = {
  'authorization.k8s.io/v1': [
    ['localsubjectaccessreviews', 'LocalSubjectAccessReview', true],
    ['selfsubjectaccessreviews', 'SelfSubjectAccessReview', false],
    ['selfsubjectrulesreviews', 'SelfSubjectRulesReview', false],
    ['subjectaccessreviews', 'SubjectAccessReview', false],
  ],
  'authentication.k8s.io/v1': [
    ['selfsubjectreviews', 'SelfSubjectReview', false],
    ['tokenreviews', 'TokenReview', false],
  ],
};

interface Part {
  readonly name: string;
  readonly kind: string;
  readonly group?: string;
  readonly version?: string;
  readonly verbs: readonly string[];
}

function partsOf(kind: Kind): Part[] {
  return [
    ...(kind.scale === undefined
      ? []
      : [{ name: 'scale', kind: 'Scale', group: 'autoscaling', version: 'v1', verbs: partVerbs }]),
    ...(kind.hasStatus ? [{ name: 'status', kind: kind.kind, verbs: partVerbs }] : []),
    ...kind.subresources,
  ];
}

/** Namespaces go one by one. */
function verbsOf({ group, kind }: Kind): readonly string[] {
  const isNamespace = group === '' && kind === 'Namespace';
  return isNamespace ? objectVerbs.filter((verb) => verb !== 'deletecollection') : objectVerbs;
}

/** Stands for the version in which objects are kept (StorageVersionHash in apiserver's discovery). */
function storageHash({ group, version, kind }: Kind): string {
  return createHash('sha256')
    .update(`${group}/${version}/${kind}`)
    .digest()
    .subarray(0, 8)
    .toString('base64');
}

function resourcesOf(kind: Kind): object[] {
  const { plural, singular, shortNames, categories, isNamespaced } = kind;
  return [
    {
      name: plural,
      singularName: singular,
      namespaced: isNamespaced,
      kind: kind.kind,
      verbs: verbsOf(kind),
      ...(shortNames.length === 0 ? {} : { shortNames }),
      ...(categories.length === 0 ? {} : { categories }),
      storageVersionHash: storageHash(kind),
    },
    ...partsOf(kind).map(({ name, ...part }) => ({
      name: `${plural}/${name}`,
      singularName: '',
      namespaced: isNamespaced,
      ...part,
    })),
  ];
}

/** The resources of one version; undefined when it is not served. */
export function resourceList(kinds: Kinds, apiVersion: string): object | undefined {
  const own = kinds.versions().get(apiVersion)?.flatMap(resourcesOf) ?? [];
  const made = (reviews[apiVersion] ?? []).map(([name, kind, namespaced]) => ({
    name,
    singularName: kind.toLowerCase(),
    namespaced,
    kind,
    verbs: ['create'],
  }));
  const resources = [...own, ...made];
  if (resources.length === 0) return undefined;
  // The list of the core group does not tell its own version.
  const words = apiVersion.includes('/') ? { apiVersion: 'v1' } : {};
  return { kind: 'APIResourceList', ...words, groupVersion: apiVersion, resources };
}

function groupVersions(kinds: Kinds): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const apiVersion of [...kinds.versions().keys(), ...Object.keys(reviews)]) {
    const [group, version] = apiVersion.split('/');
    if (group === undefined || version === undefined) continue;
    groups.set(group, [...(groups.get(group) ?? []), version]);
  }
  return groups;
}

function groupOf(name: string, versions: readonly string[]): object {
  const list = versions.map((version) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions: list, preferredVersion: list[0] };
}

/** The groups that are served. */
export function groupList(kinds: Kinds): object {
  const groups = [...groupVersions(kinds)].map(([name, versions]) => groupOf(name, versions));
  return { kind: 'APIGroupList', apiVersion: 'v1', groups };
}

/** One group; undefined when it is not served. */
export function groupNamed(kinds: Kinds, name: string): object | undefined {
  const versions = groupVersions(kinds).get(name);
  return versions === undefined
    ? undefined
    : { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(name, versions) };
}

/** The versions of the core group. */
export function coreVersions(address: string): object {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: address }],
  };
}

/** Tells which version of aggregated discovery a client takes; undefined for none. */
export function aggregationOf(accept: string | undefined): 'v2' | 'v2beta1' | undefined {
  if (accept?.includes('as=APIGroupDiscoveryList') !== true) return undefined;
  return /v=v2(?!beta)/.test(accept) ? 'v2' : 'v2beta1';
}

/** All groups with all their resources in one document; the core group or all others. */
export function aggregated(kinds: Kinds, form: 'v2' | 'v2beta1', isCore: boolean): object {
  const versions = kinds.versions();
  const groups = isCore ? new Map([['', ['v1']]]) : groupVersions(kinds);
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${form}`,
    metadata: {},
    items: [...groups].map(([name, list]) => ({
      metadata: { name, creationTimestamp: null },
      versions: list.map((version) => ({
        version,
        freshness: 'Current',
        resources: [
          ...(versions.get(apiVersionOf({ group: name, version })) ?? []).map(discovered),
          ...(reviews[`${name}/${version}`] ?? []).map(([resource, kind, isNamespaced]) =>
            entry({ resource, kind, isNamespaced, group: name, version, verbs: ['create'] }),
          ),
        ],
      })),
    })),
  };
}

interface Entry {
  readonly resource: string;
  readonly kind: string;
  readonly isNamespaced: boolean;
  readonly group: string;
  readonly version: string;
  readonly verbs: readonly string[];
}

function entry({ resource, kind, isNamespaced, group, version, verbs }: Entry): object {
  return {
    resource,
    responseKind: { group, version, kind },
    scope: isNamespaced ? 'Namespaced' : 'Cluster',
    singularResource: kind.toLowerCase(),
    verbs,
  };
}

function discovered(kind: Kind): object {
  const { group, version, plural, singular, shortNames, categories, isNamespaced } = kind;
  const parts = partsOf(kind).map((part) => ({
    subresource: part.name,
    responseKind: { group: part.group ?? group, version: part.version ?? version, kind: part.kind },
    verbs: part.verbs,
  }));
  return {
    ...entry({
      resource: plural,
      kind: kind.kind,
      isNamespaced,
      group,
      version,
      verbs: verbsOf(kind),
    }),
    singularResource: singular,
    ...(shortNames.length === 0 ? {} : { shortNames }),
    ...(categories.length === 0 ? {} : { categories }),
    ...(parts.length === 0 ? {} : { subresources: parts }),
  };
}
