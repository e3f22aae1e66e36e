/**
 * What the installer and the network operator of OpenShift leave in a cluster with Kuryr, under the names
 * of cluster-network-operator 4.2 to 4.14.
 */
import type { Manifest } from '../kuryr/objects/crds.ts';
import { addresses } from '../site-addresses.ts';
import { openShiftKinds } from './definitions.ts';

/** What the objects depend on. */
export interface OpenShiftPlan {
  /** Such as "4.10". */
  readonly release: string;
  /** Whether the webhook that forces resolvers to TCP is deployed. */
  readonly hasDnsWebhook: boolean;
}

const clusterNetwork = [{ cidr: addresses.podPool, hostPrefix: addresses.podPrefix }];
const serviceNetwork = [addresses.clusterIpCidr];

function ours(kind: keyof typeof openShiftKinds, name: string, content: object): Manifest {
  const { group, kind: word } = openShiftKinds[kind];
  return { apiVersion: `${group}/v1`, kind: word, metadata: { name }, ...content };
}

/** The objects of OpenShift's own kinds. */
export function openShiftObjects({ release }: OpenShiftPlan): readonly Manifest[] {
  const version = `${release}.0`;
  return [
    ours('version', 'version', {
      spec: { channel: `stable-${release}` },
      status: { desired: { version }, history: [{ state: 'Completed', version }] },
    }),
    ours('infrastructure', 'cluster', {
      spec: {},
      status: { infrastructureName: 'kuryr-embedded', platform: 'OpenStack' },
    }),
    ours('network', 'cluster', {
      spec: { clusterNetwork, serviceNetwork, networkType: 'Kuryr' },
      status: { clusterNetwork, serviceNetwork, networkType: 'Kuryr' },
    }),
    ours('networkOperator', 'cluster', {
      spec: {
        clusterNetwork,
        serviceNetwork,
        managementState: 'Managed',
        defaultNetwork: {
          type: 'Kuryr',
          kuryrConfig: {
            openStackServiceNetwork: addresses.servicesCidr,
            controllerProbesPort: 8091,
          },
        },
      },
    }),
    ours('operator', 'network', {
      spec: {},
      status: {
        conditions: [
          { type: 'Available', status: 'True' },
          { type: 'Degraded', status: 'False' },
          { type: 'Progressing', status: 'False' },
        ],
        versions: [{ name: 'operator', version }],
      },
    }),
  ];
}

const webhook = 'kuryr-dns-admission-controller';
const namespace = 'openshift-kuryr';

/** The objects of the webhook; its work is done in the API server of this stack. */
export function webhookObjects({ hasDnsWebhook }: OpenShiftPlan): readonly Manifest[] {
  if (!hasDnsWebhook) return [];
  return [
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'MutatingWebhookConfiguration',
      metadata: { name: webhook },
      webhooks: [
        {
          name: `${webhook}.${namespace}.svc`,
          admissionReviewVersions: ['v1beta1'],
          sideEffects: 'None',
          failurePolicy: 'Ignore',
          clientConfig: { service: { namespace, name: webhook, path: '/mutate' } },
          rules: [
            { apiGroups: [''], apiVersions: ['v1'], resources: ['pods'], operations: ['CREATE'] },
          ],
        },
      ],
    },
  ];
}
