/**
 * Pod Security admission: the checks of the baseline and restricted levels, by the labels of a namespace.
 * Of AppArmor, SELinux, sysctls and proc mounts it knows nothing.
 */
import type { Admission, Api } from '../api/verbs.ts';
import type { Container, Pod, PodSpec } from '../objects.ts';
import { ApiError } from '../status.ts';

const label = 'pod-security.kubernetes.io/enforce';

/** Refuses pods that their namespace's level does not allow. */
export function podSecurity(api: Api): Admission {
  const namespaces = api.kind('v1', 'Namespace');
  return {
    validate({ kind, object, current }) {
      if (kind.kind !== 'Pod' || current !== undefined) return;
      const pod = object as Pod;
      const namespace = api.find(namespaces, { name: pod.metadata.namespace ?? '' });
      const { [label]: level, [`${label}-version`]: version = 'latest' } =
        namespace?.metadata.labels ?? {};
      const found = violations(pod.spec, level);
      if (found.length === 0) return;
      const said = found.map((one) => `${one.what} (${one.why})`).join(', ');
      throw new ApiError(403, 'Forbidden', {
        message: `pods "${pod.metadata.name}" is forbidden: violates PodSecurity "${level ?? ''}:${version}": ${said}`,
        details: { name: pod.metadata.name, kind: 'pods' },
      });
    },
  };
}

interface Violation {
  readonly what: string;
  readonly why: string;
}

type Look = (spec: PodSpec) => Violation | undefined;

function violations(spec: PodSpec, level: string | undefined): Violation[] {
  const looks =
    level === 'restricted' ? [...baseline, ...restricted] : level === 'baseline' ? baseline : [];
  return looks.map((look) => look(spec)).filter((one) => one !== undefined);
}

const containersOf = (spec: PodSpec): Container[] => [
  ...(spec.initContainers ?? []),
  ...spec.containers,
];

const named = (containers: readonly Container[]): string => {
  const names = containers.map(({ name }) => `"${name}"`).join(', ');
  return containers.length === 1 ? `container ${names}` : `containers ${names}`;
};

function bad(what: string, ask: (container: Container) => boolean, must: string): Look {
  return (spec) => {
    const found = containersOf(spec).filter(ask);
    return found.length === 0 ? undefined : { what, why: `${named(found)} ${must}` };
  };
}

const hostNamespaces: Look = (spec) => {
  const used = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((key) => spec[key] === true);
  return used.length === 0
    ? undefined
    : { what: 'host namespaces', why: used.map((key) => `${key}=true`).join(', ') };
};

const hostPaths: Look = (spec) => {
  const names = (spec.volumes ?? []).filter(({ hostPath }) => hostPath !== undefined);
  return names.length === 0
    ? undefined
    : { what: 'hostPath volumes', why: `volume "${names[0]?.name ?? ''}"` };
};

const usual = new Set(
  ['AUDIT_WRITE', 'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'MKNOD'].concat([
    'NET_BIND_SERVICE',
    'SETFCAP',
    'SETGID',
    'SETPCAP',
    'SETUID',
    'SYS_CHROOT',
  ]),
);

const added = ({ securityContext }: Container): string[] =>
  securityContext?.capabilities?.add ?? [];

const baseline: readonly Look[] = [
  hostNamespaces,
  bad(
    'privileged',
    ({ securityContext }) => securityContext?.privileged === true,
    'must not set securityContext.privileged=true',
  ),
  bad(
    'non-default capabilities',
    (one) => added(one).some((name) => !usual.has(name)),
    'must not include capabilities beyond the default ones in securityContext.capabilities.add',
  ),
  hostPaths,
  bad(
    'hostPort',
    ({ ports }) => (ports ?? []).some(({ hostPort }) => (hostPort ?? 0) !== 0),
    'uses hostPorts',
  ),
];

const volumeKinds = new Set(
  ['name', 'configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral'].concat([
    'persistentVolumeClaim',
    'projected',
    'secret',
  ]),
);

const volumes: Look = (spec) => {
  const found = (spec.volumes ?? []).filter((volume) =>
    Object.keys(volume).some((key) => !volumeKinds.has(key)),
  );
  return found.length === 0
    ? undefined
    : {
        what: 'restricted volume types',
        why: `volume "${found[0]?.name ?? ''}" uses restricted volume type`,
      };
};

const nonRoot: Look = (spec) => {
  const fromPod = spec.securityContext?.runAsNonRoot;
  const found = containersOf(spec).filter(
    ({ securityContext }) => (securityContext?.runAsNonRoot ?? fromPod) !== true,
  );
  return found.length === 0
    ? undefined
    : {
        what: 'runAsNonRoot != true',
        why: `pod or ${named(found)} must set securityContext.runAsNonRoot=true`,
      };
};

const rootUser: Look = (spec) => {
  const found = containersOf(spec).filter(
    ({ securityContext }) => (securityContext?.runAsUser ?? spec.securityContext?.runAsUser) === 0,
  );
  return found.length === 0
    ? undefined
    : { what: 'runAsUser=0', why: `${named(found)} must not set runAsUser=0` };
};

const seccomp: Look = (spec) => {
  const fromPod = spec.securityContext?.seccompProfile?.type;
  const found = containersOf(spec).filter(({ securityContext }) => {
    const type = securityContext?.seccompProfile?.type ?? fromPod;
    return type !== 'RuntimeDefault' && type !== 'Localhost';
  });
  return found.length === 0
    ? undefined
    : {
        what: 'seccompProfile',
        why: `pod or ${named(found)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`,
      };
};

const restricted: readonly Look[] = [
  bad(
    'allowPrivilegeEscalation != false',
    ({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false,
    'must set securityContext.allowPrivilegeEscalation=false',
  ),
  bad(
    'unrestricted capabilities',
    (one) =>
      one.securityContext?.capabilities?.drop?.includes('ALL') !== true ||
      added(one).some((name) => name !== 'NET_BIND_SERVICE'),
    'must set securityContext.capabilities.drop=["ALL"]',
  ),
  volumes,
  nonRoot,
  rootUser,
  seccomp,
];
