/**
 * What pods are told about themselves, and the values that containers take from ConfigMaps and Secrets.
 */
import type { Api } from '../api/verbs.ts';
import type { ConfigMap, Pod, Secret } from '../objects.ts';

/** Something that a container refers to is not there. */
export class MissingReference extends Error {}

const readers: Readonly<Record<string, (pod: Pod) => string | undefined>> = {
  'metadata.name': ({ metadata }) => metadata.name,
  'metadata.namespace': ({ metadata }) => metadata.namespace,
  'metadata.uid': ({ metadata }) => metadata.uid,
  'metadata.labels': ({ metadata }) => listing(metadata.labels),
  'metadata.annotations': ({ metadata }) => listing(metadata.annotations),
  'spec.nodeName': ({ spec }) => spec.nodeName,
  'spec.serviceAccountName': ({ spec }) => spec.serviceAccountName,
  'status.hostIP': ({ status }) => status?.hostIP,
  'status.podIP': ({ status }) => status?.podIP,
  'status.podIPs': ({ status }) => status?.podIPs?.map(({ ip }) => ip).join(','),
};

/** The value of a field of a pod, as environment variables and files give it. */
export function fieldOf(pod: Pod, path: string): string {
  const [, map, key = ''] = /^metadata\.(labels|annotations)\['([^']+)'\]$/.exec(path) ?? [];
  const { labels, annotations } = pod.metadata;
  if (map !== undefined) return (map === 'labels' ? labels : annotations)?.[key] ?? '';
  return readers[path]?.(pod) ?? '';
}

function listing(map: Readonly<Record<string, string>> | undefined): string {
  return Object.entries(map ?? {})
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .sort()
    .join('\n');
}

/** The texts of a ConfigMap or Secret by key. */
export function textsOf(
  api: Api,
  kind: 'ConfigMap' | 'Secret',
  { namespace, name, isOptional }: { namespace: string; name: string; isOptional: boolean },
): Readonly<Record<string, string>> {
  const found = api.find(api.kind('v1', kind), { namespace, name });
  if (found === undefined) {
    if (isOptional) return {};
    throw new MissingReference(`${kind.toLowerCase()} "${name}" not found`);
  }
  const decoded = (data: Readonly<Record<string, string>> | undefined): Record<string, string> =>
    Object.fromEntries(
      Object.entries(data ?? {}).map(([key, text]) => [
        key,
        Buffer.from(text, 'base64').toString('utf8'),
      ]),
    );
  if (kind === 'Secret') return decoded((found as Secret).data);
  const { data, binaryData } = found as ConfigMap;
  return { ...data, ...decoded(binaryData) };
}
