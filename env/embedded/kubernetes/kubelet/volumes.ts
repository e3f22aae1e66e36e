/**
 * The files that volumes bring into containers. They are as they were when the container started; a later
 * change of a ConfigMap does not reach them.
 */
import { posix } from 'node:path';
import type { Container, Pod, PodSpec } from '../objects.ts';
import type { Api } from '../api/verbs.ts';
import { fieldOf, MissingReference, textsOf } from './downward.ts';

type Volume = NonNullable<PodSpec['volumes']>[number];
type Files = Record<string, string>;

/** Where the files of volumes come from. */
export interface VolumeSources {
  readonly api: Api;
  /** A fresh token of the pod's service account. */
  token(pod: Pod, audience?: string): string;
}

interface Item {
  readonly key: string;
  readonly path: string;
}

/** The files of a volume by their path within it. */
function filesOf(sources: VolumeSources, pod: Pod, volume: Volume): Files {
  const { configMap, secret, projected, downwardAPI } = volume;
  if (configMap !== undefined) {
    const { name = '', items, optional } = configMap;
    return picked(read(sources, pod, ['ConfigMap', name, optional === true]), items, name);
  }
  if (secret !== undefined) {
    const { secretName = '', items, optional } = secret;
    return picked(read(sources, pod, ['Secret', secretName, optional === true]), items, secretName);
  }
  if (downwardAPI !== undefined) return downward(pod, downwardAPI.items);
  const files: Files = {};
  for (const source of projected?.sources ?? []) {
    Object.assign(files, projectedFiles(sources, pod, source));
  }
  return files;
}

type Source = NonNullable<NonNullable<Volume['projected']>['sources']>[number];

function projectedFiles(sources: VolumeSources, pod: Pod, source: Source): Files {
  const { configMap, secret, downwardAPI, serviceAccountToken } = source;
  if (configMap !== undefined) {
    const { name = '', items, optional } = configMap;
    return picked(read(sources, pod, ['ConfigMap', name, optional === true]), items, name);
  }
  if (secret !== undefined) {
    const { name = '', items, optional } = secret;
    return picked(read(sources, pod, ['Secret', name, optional === true]), items, name);
  }
  if (serviceAccountToken !== undefined) {
    const { path, audience } = serviceAccountToken;
    return { [path]: sources.token(pod, audience) };
  }
  return downward(pod, downwardAPI?.items);
}

function read(
  { api }: VolumeSources,
  pod: Pod,
  [kind, name, isOptional]: ['ConfigMap' | 'Secret', string, boolean],
): Readonly<Record<string, string>> {
  return textsOf(api, kind, { namespace: pod.metadata.namespace ?? '', name, isOptional });
}

function picked(
  texts: Readonly<Record<string, string>>,
  items: readonly Item[] | undefined,
  name: string,
): Files {
  if (items === undefined) return { ...texts };
  return Object.fromEntries(
    items.map(({ key, path }) => {
      const text = texts[key];
      if (text === undefined) throw new MissingReference(`"${name}" has no key "${key}"`);
      return [path, text];
    }),
  );
}

function downward(
  pod: Pod,
  items: readonly { path: string; fieldRef?: { fieldPath: string } }[] | undefined,
): Files {
  return Object.fromEntries(
    (items ?? []).map(({ path, fieldRef }) => [path, fieldOf(pod, fieldRef?.fieldPath ?? '')]),
  );
}

/** The files that a container finds at its mounts, by absolute path. */
export function mountedFiles(sources: VolumeSources, pod: Pod, container: Container): Files {
  const files: Files = {};
  for (const { name, mountPath, subPath } of container.volumeMounts ?? []) {
    const volume = pod.spec.volumes?.find((one) => one.name === name);
    if (volume === undefined) continue;
    const content = filesOf(sources, pod, volume);
    for (const [path, text] of Object.entries(content)) {
      if (subPath === undefined || subPath === '') files[posix.join(mountPath, path)] = text;
      else if (path === subPath) files[mountPath] = text;
      else if (path.startsWith(`${subPath}/`)) {
        files[posix.join(mountPath, path.slice(subPath.length))] = text;
      }
    }
  }
  return files;
}

/** Throws when a volume of a pod cannot be made. */
export function checkVolumes(sources: VolumeSources, pod: Pod): void {
  for (const volume of pod.spec.volumes ?? []) {
    try {
      filesOf(sources, pod, volume);
    } catch (error) {
      if (!(error instanceof MissingReference)) throw error;
      throw new MissingReference(
        `MountVolume.SetUp failed for volume "${volume.name}" : ${error.message}`,
      );
    }
  }
}
