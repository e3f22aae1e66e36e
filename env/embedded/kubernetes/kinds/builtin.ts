/**
 * The kinds that are served without a definition.
 */
import { eventsView } from './events-view.ts';
import type { Kind, Strategy, Subresource } from './kind.ts';
import {
  configMapStrategy,
  definitionStrategy,
  eventStrategy,
  leaseStrategy,
  namespaceStrategy,
  nodeStrategy,
  plainStrategy,
  rightsStrategy,
  secretStrategy,
  serviceAccountStrategy,
} from './plain.ts';
import { podStrategy } from './pods.ts';
import { networkPolicyStrategy } from './policies.ts';
import { endpointSliceStrategy, endpointsStrategy, serviceStrategy } from './services.ts';
import {
  daemonSetStrategy,
  deploymentStrategy,
  jobStrategy,
  replicaSetStrategy,
} from './workloads.ts';

type Traits = Partial<
  Pick<
    Kind,
    | 'shortNames'
    | 'categories'
    | 'isNamespaced'
    | 'hasStatus'
    | 'scale'
    | 'subresources'
    | 'hasGeneration'
    | 'model'
    | 'view'
  >
>;

function made(
  [path, kind]: readonly [string, string],
  strategy: Strategy,
  traits: Traits = {},
): Kind {
  const parts = path.split('/');
  const [group = '', version = '', plural = ''] = parts.length === 2 ? ['', ...parts] : parts;
  return {
    group,
    version,
    kind,
    plural,
    singular: kind.toLowerCase(),
    shortNames: [],
    categories: [],
    isNamespaced: true,
    hasStatus: false,
    subresources: [],
    hasGeneration: false,
    model: `V1${kind}`,
    strategy,
    ...traits,
  };
}

const all = { categories: ['all'] };
const whole = { isNamespaced: false };
const replicas = { spec: 'replicas', status: 'replicas', selector: 'selector' };
const scaling = { ...all, hasStatus: true, hasGeneration: true, scale: replicas };

const stream = (name: string, kind: string): Subresource => ({
  name,
  kind,
  verbs: ['create', 'get'],
});

const podParts: Subresource[] = [
  stream('attach', 'PodAttachOptions'),
  { name: 'binding', kind: 'Binding', verbs: ['create'] },
  { name: 'ephemeralcontainers', kind: 'Pod', verbs: ['get', 'patch', 'update'] },
  { name: 'eviction', kind: 'Eviction', group: 'policy', version: 'v1', verbs: ['create'] },
  stream('exec', 'PodExecOptions'),
  { name: 'log', kind: 'Pod', verbs: ['get'] },
  stream('portforward', 'PodPortForwardOptions'),
];

const tokenPart: Subresource = {
  name: 'token',
  kind: 'TokenRequest',
  group: 'authentication.k8s.io',
  version: 'v1',
  verbs: ['create'],
};

const finalizePart: Subresource = { name: 'finalize', kind: 'Namespace', verbs: ['update'] };

const rbac = 'rbac.authorization.k8s.io/v1';

function coreKinds(): Kind[] {
  return [
    made(['v1/namespaces', 'Namespace'], namespaceStrategy, {
      ...whole,
      shortNames: ['ns'],
      hasStatus: true,
      subresources: [finalizePart],
    }),
    made(['v1/nodes', 'Node'], nodeStrategy, { ...whole, shortNames: ['no'], hasStatus: true }),
    made(['v1/pods', 'Pod'], podStrategy, {
      ...all,
      shortNames: ['po'],
      hasStatus: true,
      subresources: podParts,
    }),
    made(['v1/services', 'Service'], serviceStrategy, {
      ...all,
      shortNames: ['svc'],
      hasStatus: true,
    }),
    made(['v1/endpoints', 'Endpoints'], endpointsStrategy, { shortNames: ['ep'] }),
    made(['v1/configmaps', 'ConfigMap'], configMapStrategy, { shortNames: ['cm'] }),
    made(['v1/secrets', 'Secret'], secretStrategy),
    made(['v1/serviceaccounts', 'ServiceAccount'], serviceAccountStrategy, {
      shortNames: ['sa'],
      subresources: [tokenPart],
    }),
    made(['v1/events', 'Event'], eventStrategy, { shortNames: ['ev'], model: 'CoreV1Event' }),
    made(['v1/limitranges', 'LimitRange'], plainStrategy, { shortNames: ['limits'] }),
    made(['v1/resourcequotas', 'ResourceQuota'], plainStrategy, {
      shortNames: ['quota'],
      hasStatus: true,
    }),
  ];
}

/** Makes the table of kinds; a server adds those of custom resource definitions to its own. */
export function builtinKinds(): Kind[] {
  const core = coreKinds();
  const events = core.filter(({ kind }) => kind === 'Event');
  return [
    ...core,
    made(['apps/v1/deployments', 'Deployment'], deploymentStrategy, {
      ...scaling,
      shortNames: ['deploy'],
    }),
    made(['apps/v1/replicasets', 'ReplicaSet'], replicaSetStrategy, {
      ...scaling,
      shortNames: ['rs'],
    }),
    made(['apps/v1/daemonsets', 'DaemonSet'], daemonSetStrategy, {
      ...all,
      shortNames: ['ds'],
      hasStatus: true,
      hasGeneration: true,
    }),
    made(['batch/v1/jobs', 'Job'], jobStrategy, { ...all, hasStatus: true, hasGeneration: true }),
    made(['networking.k8s.io/v1/networkpolicies', 'NetworkPolicy'], networkPolicyStrategy, {
      shortNames: ['netpol'],
      hasGeneration: true,
    }),
    made(['discovery.k8s.io/v1/endpointslices', 'EndpointSlice'], endpointSliceStrategy, {
      hasGeneration: true,
    }),
    made([`${rbac}/roles`, 'Role'], rightsStrategy),
    made([`${rbac}/rolebindings`, 'RoleBinding'], rightsStrategy),
    made([`${rbac}/clusterroles`, 'ClusterRole'], rightsStrategy, whole),
    made([`${rbac}/clusterrolebindings`, 'ClusterRoleBinding'], rightsStrategy, whole),
    made(['coordination.k8s.io/v1/leases', 'Lease'], leaseStrategy),
    made(
      [
        'admissionregistration.k8s.io/v1/mutatingwebhookconfigurations',
        'MutatingWebhookConfiguration',
      ],
      plainStrategy,
      { ...whole, hasGeneration: true },
    ),
    ...events.map((coreEvents) =>
      made(['events.k8s.io/v1/events', 'Event'], eventStrategy, {
        shortNames: ['ev'],
        model: 'EventsV1Event',
        view: eventsView(coreEvents),
      }),
    ),
    made(
      ['apiextensions.k8s.io/v1/customresourcedefinitions', 'CustomResourceDefinition'],
      definitionStrategy,
      {
        ...whole,
        categories: ['api-extensions'],
        shortNames: ['crd', 'crds'],
        hasStatus: true,
        hasGeneration: true,
      },
    ),
  ];
}
