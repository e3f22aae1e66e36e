/**
 * OpenShift's own kinds, as far as anybody looks for Kuryr among them. Their content is not looked at
 * here: the operators that would are not simulated.
 */
import type { Manifest } from '../kuryr/objects/crds.ts';

interface Kind {
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
}

const config = 'config.openshift.io';

/** The kinds, by the names that the installer gives them. */
export const openShiftKinds = {
  version: { group: config, plural: 'clusterversions', kind: 'ClusterVersion' },
  operator: { group: config, plural: 'clusteroperators', kind: 'ClusterOperator' },
  infrastructure: { group: config, plural: 'infrastructures', kind: 'Infrastructure' },
  network: { group: config, plural: 'networks', kind: 'Network' },
  networkOperator: { group: 'operator.openshift.io', plural: 'networks', kind: 'Network' },
} as const satisfies Readonly<Record<string, Kind>>;

const anything = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } as const;

/** The definitions of OpenShift's kinds. */
export function openShiftDefinitions(): readonly Manifest[] {
  return Object.values(openShiftKinds).map(({ group, plural, kind }) => ({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Cluster',
      names: { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List` },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: { type: 'object', properties: { spec: anything, status: anything } },
          },
        },
      ],
    },
  }));
}
