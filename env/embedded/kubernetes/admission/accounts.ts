/**
 * What admission adds to pods: the service account with its token, tolerations of troubled nodes, priority.
 */
import type { Admission, Api } from '../api/verbs.ts';
import type { Pod, PodSpec, ServiceAccount } from '../objects.ts';
import { forbidden } from '../status.ts';

const tokenPath = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The additions to new pods. */
export function podAdditions(api: Api): Admission {
  const accounts = api.kind('v1', 'ServiceAccount');
  return {
    mutate({ kind, object, current }) {
      if (kind.kind !== 'Pod' || current !== undefined) return;
      const { metadata, spec } = object as Pod;
      const name = completed(spec);
      tolerateTroubledNodes(spec);
      const { namespace = '' } = metadata;
      const account = api.find(accounts, { namespace, name }) as ServiceAccount | undefined;
      if (account === undefined) {
        const why = `error looking up service account ${namespace}/${name}: serviceaccount "${name}" not found`;
        throw forbidden(kind, metadata.name, why);
      }
      const isMounted =
        spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true;
      if (isMounted) mountToken(spec, api.nameAfter('kube-api-access-'));
    },
  };
}

/** Fills in what admission decides, and gives the name of the service account. */
function completed(spec: PodSpec): string {
  spec.serviceAccountName ??= 'default';
  spec.serviceAccount = spec.serviceAccountName;
  spec.priority ??= 0;
  spec.preemptionPolicy ??= 'PreemptLowerPriority';
  spec.enableServiceLinks ??= true;
  return spec.serviceAccountName;
}

function mountToken(spec: PodSpec, volume: string): void {
  const all = [...spec.containers, ...(spec.initContainers ?? [])];
  const lacking = all.filter(
    ({ volumeMounts }) => !(volumeMounts ?? []).some(({ mountPath }) => mountPath === tokenPath),
  );
  if (lacking.length === 0) return;
  for (const container of lacking) {
    container.volumeMounts = [
      ...(container.volumeMounts ?? []),
      { name: volume, readOnly: true, mountPath: tokenPath },
    ];
  }
  const items = [{ key: 'ca.crt', path: 'ca.crt' }];
  const fieldRef = { apiVersion: 'v1', fieldPath: 'metadata.namespace' };
  spec.volumes = [
    ...(spec.volumes ?? []),
    {
      name: volume,
      projected: {
        defaultMode: 0o644,
        sources: [
          { serviceAccountToken: { expirationSeconds: 3_607, path: 'token' } },
          { configMap: { name: 'kube-root-ca.crt', items } },
          { downwardAPI: { items: [{ path: 'namespace', fieldRef }] } },
        ],
      },
    },
  ];
}

function tolerateTroubledNodes(spec: PodSpec): void {
  const tolerations = spec.tolerations ?? [];
  for (const key of ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']) {
    const isTolerated = tolerations.some(
      (one) =>
        (one.key === key || (one.key ?? '') === '') &&
        (one.effect === 'NoExecute' || (one.effect ?? '') === ''),
    );
    if (!isTolerated) {
      tolerations.push({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 });
    }
  }
  spec.tolerations = tolerations;
}
