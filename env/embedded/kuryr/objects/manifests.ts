/**
 * The objects by which a cluster shows that Kuryr is installed, under the names that upstream's DevStack
 * plugin and OpenShift's network operator give them.
 */
import type { Axes } from '../../world.ts';
import { releaseOf } from '../release.ts';
import type { KuryrSettings } from '../settings.ts';
import { kuryrConf } from './config.ts';
import { crdsOf, type Manifest } from './crds.ts';

interface Place {
  readonly namespace: string;
  readonly controllerLabels: Readonly<Record<string, string>>;
  readonly daemonSet: string;
  readonly images: { readonly controller: string; readonly cni: string };
  readonly healthPort: number;
  /** Whether Kuryr's programs are pods of the cluster. */
  readonly runsAsPods: boolean;
}

function placeOf(axes: Axes): Place {
  const { version } = releaseOf(axes);
  return axes.cluster.kind === 'openshift'
    ? {
        namespace: 'openshift-kuryr',
        controllerLabels: { app: 'kuryr-controller' },
        daemonSet: 'kuryr-cni',
        images: {
          controller: `quay.io/openshift/origin-kuryr-controller:${version}`,
          cni: `quay.io/openshift/origin-kuryr-cni:${version}`,
        },
        healthPort: 8091,
        runsAsPods: true,
      }
    : {
        namespace: 'kube-system',
        controllerLabels: { name: 'kuryr-controller' },
        daemonSet: 'kuryr-cni-ds',
        images: { controller: `kuryr/controller:${version}`, cni: `kuryr/cni:${version}` },
        healthPort: 8082,
        runsAsPods: false,
      };
}

/** Where Kuryr's own objects are. */
export function kuryrNamespace(axes: Axes): string {
  return placeOf(axes).namespace;
}

/** Everything to be made in a cluster before Kuryr starts, in this order. */
export function kuryrObjects(axes: Axes, settings: KuryrSettings): readonly Manifest[] {
  const place = placeOf(axes);
  return [
    ...crdsOf(releaseOf(axes)),
    ...namespaceOf(place, axes),
    ...accountsOf(place),
    configMapOf(place, axes, settings),
    controllerOf(place),
    daemonSetOf(place),
  ];
}

function namespaceOf({ namespace }: Place, axes: Axes): Manifest[] {
  return axes.cluster.kind === 'openshift'
    ? [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }]
    : [];
}

const rules = [
  { apiGroups: [''], resources: ['*'], verbs: ['*'] },
  { apiGroups: ['openstack.org'], resources: ['*'], verbs: ['*'] },
  { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: ['*'] },
  { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: ['*'] },
];

function accountsOf({ namespace }: Place): Manifest[] {
  return ['kuryr-controller', 'kuryr-cni'].flatMap((name): Manifest[] => {
    const group = 'rbac.authorization.k8s.io';
    return [
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } },
      { apiVersion: `${group}/v1`, kind: 'ClusterRole', metadata: { name }, rules },
      {
        apiVersion: `${group}/v1`,
        kind: 'ClusterRoleBinding',
        metadata: { name },
        roleRef: { apiGroup: group, kind: 'ClusterRole', name },
        subjects: [{ kind: 'ServiceAccount', name, namespace }],
      },
    ];
  });
}

/** The operator notes beside the configuration which provider it has chosen, and keeps to it. */
function notesOf(axes: Axes, settings: KuryrSettings): object {
  return axes.cluster.kind === 'openshift'
    ? {
        annotations: {
          'networkoperator.openshift.io/kuryr-octavia-provider':
            settings.endpoints_driver_octavia_provider,
        },
      }
    : {};
}

function configMapOf({ namespace }: Place, axes: Axes, settings: KuryrSettings): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'kuryr-config', namespace, ...notesOf(axes, settings) },
    data: { 'kuryr.conf': kuryrConf(settings, releaseOf(axes)) },
  };
}

function probe(path: string, port: number): object {
  return { httpGet: { path, port, scheme: 'HTTP' }, timeoutSeconds: 5 };
}

function controllerOf(place: Place): Manifest {
  const { namespace, controllerLabels, images, healthPort, runsAsPods } = place;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'kuryr-controller', namespace, labels: controllerLabels },
    spec: {
      // Without pods the object says only what is installed.
      replicas: runsAsPods ? 1 : 0,
      strategy: { type: 'Recreate' },
      selector: { matchLabels: controllerLabels },
      template: {
        metadata: { name: 'kuryr-controller', labels: controllerLabels },
        spec: {
          serviceAccountName: 'kuryr-controller',
          hostNetwork: true,
          containers: [
            {
              image: images.controller,
              imagePullPolicy: 'Never',
              name: 'controller',
              command: ['kuryr-k8s-controller', '--health-port', String(healthPort)],
              readinessProbe: probe('/ready', healthPort),
              livenessProbe: probe('/alive', healthPort),
              volumeMounts: [{ name: 'config-volume', mountPath: '/etc/kuryr' }],
            },
          ],
          volumes: [{ name: 'config-volume', configMap: { name: 'kuryr-config' } }],
        },
      },
    },
  };
}

function daemonSetOf({ namespace, daemonSet, images, runsAsPods }: Place): Manifest {
  const labels = { app: 'kuryr-cni' };
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name: daemonSet, namespace, labels },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: 'kuryr-cni',
          hostNetwork: true,
          // No node has this label.
          ...(runsAsPods
            ? {}
            : { nodeSelector: { 'kuryr.openstack.org/runs-daemon-as-pod': 'true' } }),
          containers: [
            {
              image: images.cni,
              imagePullPolicy: 'Never',
              name: 'kuryr-cni',
              command: ['cni_ds_init'],
              readinessProbe: probe('/ready', 8090),
              livenessProbe: probe('/alive', 8090),
            },
          ],
        },
      },
    },
  };
}
