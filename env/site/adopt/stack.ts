/**
 * Adopts somebody's cluster and cloud as they are: nothing is installed and nothing is removed. The
 * outside vantage is this very machine.
 */
import { KubernetesAccess } from '../../access/kubernetes.ts';
import { OpenStackSession } from '../../access/openstack.ts';
import { runHere } from '../../access/process.ts';
import { ProfileError } from '../../errors.ts';
import type { Profile } from '../../profile.ts';
import { redact } from '../../redaction.ts';
import type { EvidenceFile, Stack } from '../../stack.ts';
import { discover, type Discovery, type KuryrPlace } from './discovery.ts';

const logLines = 2_000;

/** Opens an adopted stack: both APIs answer, and the profile's statements about Kuryr hold. */
export async function adopt(profile: Profile): Promise<Stack> {
  const { connection } = profile;
  if (connection === undefined) {
    throw new ProfileError(
      'PROFILE_WITHOUT_CONNECTION',
      `Adopting a stack by profile "${profile.name}": the profile has no connection. Add kubeconfig, cloudsYaml and cloud.`,
    );
  }
  const kubernetes = await KubernetesAccess.open(connection.kubeconfig);
  const cloud = await OpenStackSession.open({
    cloudsYamlPath: connection.cloudsYaml,
    cloudName: connection.cloud,
  });
  const discovery = await discover(kubernetes, cloud);
  refuseContradictions(profile, discovery);
  return {
    profile,
    facts: discovery.facts,
    access: {
      kubeconfigPath: connection.kubeconfig,
      cloudsYamlPath: connection.cloudsYaml,
      cloudName: connection.cloud,
    },
    outside: runHere,
    evidence: () => logsOfKuryr(kubernetes, discovery.place),
    [Symbol.asyncDispose]: () => {
      kubernetes[Symbol.dispose]();
      return Promise.resolve();
    },
  };
}

function refuseContradictions(profile: Profile, { settings, octaviaProviders }: Discovery): void {
  const problems: string[] = [];
  if (settings?.podVifDriver !== undefined && settings.podVifDriver !== profile.podMode) {
    problems.push(
      `podMode is "${profile.podMode}", but kuryr.conf says pod_vif_driver = ${settings.podVifDriver}`,
    );
  }
  const { provider } = profile.octavia;
  if (octaviaProviders !== undefined && !octaviaProviders.includes(provider)) {
    problems.push(
      `octavia.provider is "${provider}", but Octavia lists only ${octaviaProviders.join(', ')}`,
    );
  }
  const { resourceTag } = profile.layout;
  if (settings !== undefined && !settings.resourceTags.includes(resourceTag)) {
    problems.push(
      `layout.resourceTag is "${resourceTag}", but kuryr.conf says resource_tags = ${settings.resourceTags.join(',')}`,
    );
  }
  if (problems.length > 0) {
    throw new ProfileError(
      'PROFILE_CONTRADICTS_STACK',
      `Adopting a stack by profile "${profile.name}": the stack is another one than the profile describes.\n` +
        `${problems.map((text) => `  ${text}`).join('\n')}\nCorrect the profile.`,
    );
  }
}

async function logsOfKuryr(
  kubernetes: KubernetesAccess,
  place: KuryrPlace | undefined,
): Promise<EvidenceFile[]> {
  if (place === undefined) {
    return [];
  }
  const pods = await Promise.all(
    [place.controllerLabel, place.cniLabel].map((labelSelector) =>
      kubernetes.call("Listing Kuryr's pods", (clients) =>
        clients.core.listNamespacedPod({ namespace: place.namespace, labelSelector }),
      ),
    ),
  );
  const containers = pods
    .flatMap((list) => list.items)
    .flatMap((pod) =>
      (pod.spec?.containers ?? []).map((container) => ({
        pod: pod.metadata?.name ?? '',
        container: container.name,
      })),
    );
  return Promise.all(
    containers.map(async ({ pod, container }) => ({
      name: `${pod}-${container}.log`,
      contentType: 'text/plain',
      body: redact(
        await kubernetes.call(`Reading the log of pod "${place.namespace}/${pod}"`, (clients) =>
          clients.core.readNamespacedPodLog({
            namespace: place.namespace,
            name: pod,
            container,
            tailLines: logLines,
          }),
        ),
      ),
    })),
  );
}
