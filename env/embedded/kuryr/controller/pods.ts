/**
 * Pods on the pod network: each gets a port in Neutron, its record names it, its security groups follow
 * its labels, and the port is given back when the pod is deleted or completed.
 */
import { isConflict, isOverQuota, type Port, statusOf } from '../api/cloud.ts';
import { isGone } from '../api/kube.ts';
import { kinds } from '../api/kinds.ts';
import type { Vifs } from '../api/records.ts';
import { isGoing, keyOf, type Pod } from '../api/resources.ts';
import { activated, type Vif, vifData } from '../api/vif.ts';
import { annotations } from '../marks.ts';
import { NotReady, poll } from '../queue.ts';
import { type Context, hasPolicies } from './context.ts';
import type { Namespaces } from './namespaces.ts';
import { groupsOf } from './pod-groups.ts';
import { defaultInterface, defaultVif, type PodRecord, type PodRecords } from './pod-records.ts';
import type { VifPool } from './vif-pool.ts';

/** What a pod handler works with. */
export interface PodsOptions {
  readonly context: Context;
  readonly records: PodRecords;
  readonly pool: VifPool;
  readonly namespaces: Namespaces;
  /** Told that a pod has got its port. */
  readonly wired: (pod: Pod, seconds: number) => void;
}

/** The handler of pods and of their records. */
export class Pods {
  readonly #context: Context;
  readonly #options: PodsOptions;
  /** The groups that this process has given to ports last. */
  readonly #given = new Map<string, string>();
  readonly #warned = new Set<string>();

  constructor(options: PodsOptions) {
    this.#context = options.context;
    this.#options = options;
  }

  /** Looks at one pod. */
  async work(key: string): Promise<void> {
    const { records } = this.#options;
    const pod = this.#context.caches.pods.get(key);
    const record = records.of(key);
    if (record !== undefined && record.podUid !== pod?.metadata.uid) {
      await this.#orphan(key, record);
    } else if (pod !== undefined && pod.spec.hostNetwork !== true) {
      await this.#look(pod, record);
    }
  }

  async #look(pod: Pod, record: PodRecord | undefined): Promise<void> {
    if (isCompleted(pod) || (isGoing(pod) && this.#options.records.releasesAtOnce)) {
      await this.#finish(keyOf(pod), record);
    } else if (!isGoing(pod)) {
      this.#warnOfLostRecord(pod, record);
      const vifs = record?.vifs ?? (await this.#wire(pod));
      if (vifs !== undefined) await this.#keep(pod, vifs);
    }
  }

  /** Sets the security groups of a pod's port, if they are others than before. */
  async setGroups(pod: Pod, groups: readonly string[]): Promise<void> {
    const vif = defaultVif(this.#options.records.of(keyOf(pod))?.vifs);
    if (vif === undefined) return;
    const { id } = vifData(vif);
    const wanted = groups.toSorted().join();
    if (this.#given.get(id) === wanted) return;
    try {
      await this.#context.cloud.update('ports', id, { security_groups: groups });
      this.#given.set(id, wanted);
    } catch (error) {
      // The pod was deleted meanwhile, or the group; the next look knows.
      if (statusOf(error) !== 404) throw error;
    }
  }

  async #wire(pod: Pod): Promise<Vifs | undefined> {
    if (!isScheduled(pod)) return undefined;
    const { context, records, namespaces, pool } = {
      ...this.#options,
      context: this.#context,
    };
    const place = await namespaces.placeFor(pod);
    if (!(await records.open(pod))) return undefined;
    const groups = groupsOf(context, pod);
    const vif = await this.#requested(pod, () => pool.request({ pod, place, groups }));
    const vifs = { [defaultInterface]: { default: true, vif } };
    this.#given.set(vifData(vif).id, groups.toSorted().join());
    try {
      await records.write(pod, vifs);
    } catch (error) {
      await pool.release(vif, pod.spec.nodeName ?? '');
      if (isGone(error)) return undefined;
      throw error;
    }
    this.#tell(pod, 'KuryrPortUpdatedWithVIFs', `KuryrPort ${pod.metadata.name} has its VIFs`);
    return vifs;
  }

  async #requested(pod: Pod, request: () => Promise<Vif>): Promise<Vif> {
    try {
      return await request();
    } catch (error) {
      if (isOverQuota(error) || isConflict(error)) {
        this.#context.world.log('kuryr-controller', `${keyOf(pod)}: ${(error as Error).message}`);
      }
      throw error;
    }
  }

  /** Brings the port of a wired pod to life, and its groups in line with its labels. */
  async #keep(pod: Pod, vifs: Vifs): Promise<void> {
    const vif = defaultVif(vifs);
    if (vif === undefined) return;
    if (vifData(vif).active) {
      await this.#followLabels(pod);
      return;
    }
    const isActive = await this.#activated(pod, vif);
    if (isActive === undefined) return;
    const changed = { [defaultInterface]: { default: true, vif: activated(vif) } };
    await this.#options.records.write(pod, changed).catch((error: unknown) => {
      if (!isGone(error)) throw error;
    });
    this.#tell(
      pod,
      'KuryrPortUpdatedWithActiveVIFs',
      `KuryrPort ${pod.metadata.name} has active VIFs`,
    );
    this.#options.wired(pod, secondsSince(pod));
    await this.#followLabels(pod);
  }

  /** Waits for the port; undefined when the pod is going or the port is gone. */
  async #activated(pod: Pod, vif: Vif): Promise<true | undefined> {
    const { world, signal, settings, cloud, caches } = this.#context;
    const { id } = vifData(vif);
    const isLeaving = (): boolean => {
      const now = caches.pods.get(keyOf(pod));
      return now === undefined || isGoing(now) || now.metadata.uid !== pod.metadata.uid;
    };
    const withinMs = settings.timers.reattachMs;
    const seen = await poll({ world, signal, withinMs }, async () => {
      if (isLeaving()) return 'leaving';
      const port = await cloud.get<Port>('ports', id);
      if (port === undefined) return 'gone';
      return port.status === 'ACTIVE' ? 'active' : undefined;
    });
    if (seen === 'active') return true;
    if (seen === 'leaving') return undefined;
    this.#context.events.add(pod, {
      reason: 'ActivatePortFailed',
      message: `Neutron port ${id} is ${seen === 'gone' ? 'gone' : 'not ACTIVE in time'}`,
      type: 'Warning',
    });
    if (seen === 'gone') return undefined;
    world.log('kuryr-controller', `Subport ${id} stays DOWN; attaching it again.`);
    await this.#options.pool.driver.revive(vif, pod.spec.nodeName ?? '');
    throw new NotReady(`Port ${id} is not ACTIVE.`);
  }

  /** What Kuryr's handler of pod labels does: groups first, then a note of the labels they are for. */
  async #followLabels(pod: Pod): Promise<void> {
    const { kube, caches, deviations } = this.#context;
    if (!hasPolicies(this.#context) || deviations.labelsUnfollowed) return;
    const now = caches.pods.get(keyOf(pod));
    if (now?.metadata.uid !== pod.metadata.uid) return;
    await this.setGroups(now, groupsOf(this.#context, now));
    const change = this.#noteFor(now);
    if (change === undefined) return;
    try {
      caches.pods.put(await kube.merge(kinds.pods, now, { metadata: { annotations: change } }));
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }

  /** The annotations that tell for which labels and address the groups are; none when they are there. */
  #noteFor({ metadata, status }: Pod): Record<string, string | null> | undefined {
    const noted = metadata.annotations ?? {};
    const labels = sortedJson(metadata.labels);
    const address = status?.podIP;
    if (address === undefined) return undefined;
    const withAddress = this.#context.release.podRecord === 'KuryrPort';
    const isNoted =
      noted[annotations.podLabel] === labels &&
      (!withAddress || noted[annotations.podIp] === address);
    return isNoted
      ? undefined
      : {
          [annotations.podLabel]: labels ?? null,
          ...(withAddress ? { [annotations.podIp]: address } : {}),
        };
  }

  async #finish(key: string, record: PodRecord | undefined): Promise<void> {
    const { records, pool } = this.#options;
    if (record !== undefined) {
      const vif = defaultVif(record.vifs);
      await Promise.all([
        records.closing(key),
        vif === undefined ? undefined : this.#release(vif, record.node, pool),
      ]);
    }
    await records.close(key);
  }

  async #release(vif: Vif, node: string, pool: VifPool): Promise<void> {
    await pool.release(vif, node);
    this.#given.delete(vifData(vif).id);
  }

  /** A record whose pod is gone, by force or because of a namesake. */
  async #orphan(key: string, record: PodRecord): Promise<void> {
    const { release, caches, events, world } = this.#context;
    const { records } = this.#options;
    if (records.releasesAtOnce && !release.cleansOrphanedPorts && !record.isGoing) return;
    const port = caches.kuryrPorts.get(key);
    if (port !== undefined) {
      events.add(port, {
        reason: 'MissingPod',
        message: 'The pod does not exist any more; its ports are cleaned up',
        type: 'Warning',
      });
    }
    await this.#finish(key, record).catch((error: unknown) => {
      world.log('kuryr-controller', `Cleaning up ${key}: ${(error as Error).message}`);
      throw error;
    });
  }

  #warnOfLostRecord(pod: Pod, record: PodRecord | undefined): void {
    if (record?.isGoing !== true || this.#warned.has(pod.metadata.uid)) return;
    this.#warned.add(pod.metadata.uid);
    this.#context.events.add(pod, {
      reason: 'NoKuryrPort',
      message: 'Somebody is deleting the KuryrPort of a running pod',
      type: 'Warning',
    });
  }

  #tell(pod: Pod, reason: string, message: string): void {
    this.#context.events.add(pod, { reason, message });
  }
}

/** Whether the containers of a pod have ended for good. */
function isCompleted({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

function isScheduled({ spec, status }: Pod): boolean {
  return (
    spec.nodeName !== undefined &&
    spec.nodeName !== '' &&
    (status?.phase === undefined || status.phase === 'Pending')
  );
}

function sortedJson(labels: Readonly<Record<string, string>> | undefined): string | undefined {
  if (labels === undefined || Object.keys(labels).length === 0) return undefined;
  return JSON.stringify(Object.fromEntries(Object.entries(labels).sort()));
}

function secondsSince({ metadata }: Pod): number {
  const made = (metadata as { creationTimestamp?: string }).creationTimestamp;
  return made === undefined ? 0 : (Date.now() - Date.parse(made)) / 1_000;
}
