/**
 * Finds the running container that a request speaks of.
 */
import type { Kubelet } from '../kubelet/kubelet.ts';
import type { ContainerRunner } from '../kubelet/container.ts';
import type { Netns } from '../../seams.ts';
import type { Pod } from '../objects.ts';
import { badRequest } from '../status.ts';

/** A container and what runs it. */
export interface FoundContainer {
  readonly name: string;
  readonly hasStdin: boolean;
  readonly isStdinOnce: boolean;
  readonly runner: ContainerRunner | undefined;
}

const defaultAnnotation = 'kubectl.kubernetes.io/default-container';

/** The containers of all nodes. */
export class Containers {
  readonly #kubelets: ReadonlyMap<string, Kubelet>;

  constructor(kubelets: ReadonlyMap<string, Kubelet>) {
    this.#kubelets = kubelets;
  }

  /** The container of a pod by its name; the only or the default one when no name is given. */
  find(pod: Pod, asked: string | undefined): FoundContainer {
    const { metadata, spec } = pod;
    const name = asked ?? defaultName(pod);
    const all = [...spec.containers, ...(spec.initContainers ?? [])];
    const container = all.find((one) => one.name === name);
    if (container === undefined) {
      throw badRequest(`container ${name} is not valid for pod ${metadata.name}`);
    }
    return {
      name,
      hasStdin: container.stdin === true,
      isStdinOnce: container.stdinOnce === true,
      runner: this.#kubelets.get(spec.nodeName ?? '')?.runnerOf(metadata.uid, name),
    };
  }

  /** The network of a pod. */
  netnsOf({ metadata, spec }: Pod): Netns | undefined {
    return this.#kubelets.get(spec.nodeName ?? '')?.netnsOf(metadata.uid);
  }
}

function defaultName({ metadata, spec }: Pod): string {
  const marked = metadata.annotations?.[defaultAnnotation];
  const names = spec.containers.map(({ name }) => name);
  if (marked === undefined && names.length > 1) {
    throw badRequest(
      `a container name must be specified for pod ${metadata.name}, choose one of: [${names.join(' ')}]`,
    );
  }
  return marked ?? names[0] ?? '';
}
