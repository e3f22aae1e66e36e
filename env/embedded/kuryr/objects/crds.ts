/**
 * The custom resource definitions that a release brings along.
 */
import { type KuryrRelease, kuryrReleases } from '../../world.ts';
import { kinds } from '../api/kinds.ts';
import type { Resource, ResourceKind } from '../api/resources.ts';
import type { Release } from '../release.ts';
import {
  balancerSchema,
  netPolicySchema,
  netSchema,
  networkPolicySchema,
  networkSchema,
  portSchema,
  type Schema,
} from './schemas.ts';

/** Any object to be made in a cluster. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly [key: string]: unknown;
  };
  readonly [field: string]: unknown;
}

interface Column {
  readonly name: string;
  readonly type: string;
  readonly description: string;
  readonly jsonPath: string;
}

interface Definition {
  readonly kind: ResourceKind<Resource>;
  readonly shortName?: string;
  readonly columns: readonly Column[];
  readonly schema: Schema;
  readonly first: KuryrRelease;
  /** The last release whose manifests have it; without one it is in all later ones. */
  readonly last?: KuryrRelease;
}

const age: Column = {
  name: 'Age',
  type: 'date',
  description: 'Time since the object was made',
  jsonPath: '.metadata.creationTimestamp',
};

function column(name: string, description: string, jsonPath: string): Column {
  return { name, type: 'string', description, jsonPath };
}

function definitions({ marksStaticPods, hasTimeouts }: Release): readonly Definition[] {
  return [
    {
      kind: kinds.kuryrNets,
      columns: [column('SUBNET-CIDR', 'Block of the namespace', '.spec.subnetCIDR'), age],
      schema: netSchema,
      first: '0.5',
      last: '6.0',
    },
    {
      kind: kinds.kuryrNetPolicies,
      columns: [column('SG-ID', 'Security group of the policy', '.spec.securityGroupId'), age],
      schema: netPolicySchema,
      first: '1.0',
      last: '6.0',
    },
    {
      kind: kinds.kuryrNetworks,
      shortName: 'kns',
      columns: [column('SUBNET-CIDR', 'Block of the namespace', '.status.subnetCIDR'), age],
      schema: networkSchema,
      first: '2.0',
    },
    {
      kind: kinds.kuryrBalancers,
      shortName: 'klb',
      columns: [column('PROJECT-ID', 'Project of the load balancer', '.spec.project_id'), age],
      schema: balancerSchema(hasTimeouts),
      first: '2.0',
    },
    {
      kind: kinds.kuryrPolicies,
      shortName: 'knp',
      columns: [column('SG-ID', 'Security group of the policy', '.status.securityGroupId'), age],
      schema: networkPolicySchema,
      first: '3.0',
    },
    {
      kind: kinds.kuryrPorts,
      shortName: 'kp',
      columns: [
        column('PodUID', 'Uid of the pod', '.spec.podUid'),
        column('Nodename', 'Node of the pod', '.spec.podNodeName'),
        column('labels', 'Labels', '.metadata.labels'),
      ],
      schema: portSchema(marksStaticPods),
      first: '3.0',
    },
  ];
}

/** The definitions of a release. */
export function crdsOf(release: Release): readonly Manifest[] {
  const at = kuryrReleases.indexOf(release.line);
  return definitions(release)
    .filter(({ first }) => kuryrReleases.indexOf(first) <= at)
    .filter(({ last }) => last === undefined || at <= kuryrReleases.indexOf(last))
    .map(manifestOf);
}

function manifestOf({ kind, shortName, columns, schema }: Definition): Manifest {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${kind.plural}.openstack.org` },
    spec: {
      group: 'openstack.org',
      scope: kind.isNamespaced ? 'Namespaced' : 'Cluster',
      names: {
        plural: kind.plural,
        singular: kind.kind.toLowerCase(),
        kind: kind.kind,
        listKind: `${kind.kind}List`,
        ...(shortName === undefined ? {} : { shortNames: [shortName] }),
      },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          additionalPrinterColumns: columns,
          schema: { openAPIV3Schema: schema },
        },
      ],
    },
  };
}
