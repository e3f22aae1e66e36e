/**
 * What a CNI daemon knows of the pods of its node: their interfaces, from KuryrPorts or from the pods'
 * annotations, which it watches.
 */
import type { World } from '../../world.ts';
import { Informer } from '../api/informer.ts';
import type { Kube } from '../api/kube.ts';
import { kinds } from '../api/kinds.ts';
import type { Vif } from '../api/vif.ts';
import { defaultVif, vifsOf } from '../controller/pod-records.ts';
import { nodeLabel } from '../marks.ts';
import type { Release } from '../release.ts';

/** The interface of one pod. */
export interface Entry {
  readonly podUid: string;
  readonly vif: Vif | undefined;
}

/** How a registry is kept. */
export interface RegistryOptions {
  readonly kube: Kube;
  readonly world: World;
  readonly release: Release;
  readonly node: string;
  readonly relistMs: number;
  readonly signal: AbortSignal;
}

type Waiter = () => void;

/** The interfaces of the pods of one node. */
export class Registry {
  readonly #of: (key: string) => Entry | undefined;
  readonly #start: () => Promise<void>;
  readonly #waiters = new Set<Waiter>();

  constructor(options: RegistryOptions) {
    const { release, node } = options;
    if (release.podRecord === 'KuryrPort') {
      const selector = new URLSearchParams({ labelSelector: `${nodeLabel}=${node}` }).toString();
      const ports = new Informer(kinds.kuryrPorts, { ...options, selector });
      this.#start = () => ports.start();
      this.#of = (key) => {
        const port = ports.get(key);
        if (port === undefined) return undefined;
        return { podUid: port.spec.podUid, vif: defaultVif(port.status?.vifs) };
      };
      ports.onChange(this.#changed);
    } else {
      const selector = new URLSearchParams({ fieldSelector: `spec.nodeName=${node}` }).toString();
      const pods = new Informer(kinds.pods, { ...options, selector });
      this.#start = () => pods.start();
      this.#of = (key) => {
        const pod = pods.get(key);
        return pod === undefined
          ? undefined
          : { podUid: pod.metadata.uid, vif: defaultVif(vifsOf(pod)) };
      };
      pods.onChange(this.#changed);
    }
  }

  async start(): Promise<void> {
    await this.#start();
  }

  of(key: string): Entry | undefined {
    return this.#of(key);
  }

  /** Waits until a look gives something; undefined when the time is over. */
  async until<T>(
    look: () => T | undefined,
    { withinMs, signal }: { readonly withinMs: number; readonly signal: AbortSignal },
  ): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        this.#waiters.delete(waiter);
        clearTimeout(timer);
        signal.removeEventListener('abort', aborted);
        settle();
      };
      const waiter = (): void => {
        const found = look();
        if (found !== undefined)
          end(() => {
            resolve(found);
          });
      };
      const aborted = (): void => {
        end(() => {
          reject(signal.reason as Error);
        });
      };
      const timer = setTimeout(() => {
        end(() => {
          resolve(undefined);
        });
      }, withinMs);
      timer.unref();
      this.#waiters.add(waiter);
      signal.addEventListener('abort', aborted);
      if (signal.aborted) aborted();
      else waiter();
    });
  }

  readonly #changed = (): void => {
    for (const waiter of [...this.#waiters]) waiter();
  };
}
