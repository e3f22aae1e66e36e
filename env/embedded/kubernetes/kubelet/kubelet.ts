/**
 * The kubelet of one node: registers it, tells that it is alive, and runs the pods that are given to it.
 */
import { hasEnded } from '../controllers/owned.ts';
import { tableOf } from '../kinds/kind.ts';
import { type Lease, microMoment, moment, type Node, type Pod } from '../objects.ts';
import type { ContainerRunner } from './container.ts';
import { PodWorker, type WorkerGround } from './pod-worker.ts';

/** How often a node tells that it is alive. */
export const heartbeatMs = 2_000;

const leaseNamespace = 'kube-node-lease';

/** The kubelet of one node. */
export class Kubelet {
  readonly #ground: WorkerGround;
  readonly #version: string;
  readonly #workers = new Map<string, PodWorker>();
  #beats: NodeJS.Timeout | undefined;
  #unlisten: (() => void) | undefined;

  constructor(ground: WorkerGround, version: string) {
    this.#ground = ground;
    this.#version = version;
  }

  /** Registers the node and takes care of its pods. */
  start(): void {
    if (this.#beats !== undefined) return;
    const { api, part, recorder } = this.#ground;
    this.#register();
    recorder.note(api.get(api.kind('v1', 'Node'), part), {
      reason: 'Starting',
      message: 'Starting kubelet.',
    });
    const table = tableOf(api.kind('v1', 'Pod'));
    for (const object of api.store.each(table)) this.#take(object as Pod, 'ADDED');
    this.#unlisten = api.store.listen(table, {}, ({ type, object }) => {
      this.#take(object as Pod, type);
    });
    this.#beats = setInterval(() => {
      this.#beat();
    }, heartbeatMs).unref();
  }

  /** Ends the kubelet, not the pods. */
  stop(): void {
    clearInterval(this.#beats);
    this.#beats = undefined;
    this.#unlisten?.();
  }

  /** Ends the kubelet and every process of its pods. */
  shutDown(): void {
    this.stop();
    for (const worker of this.#workers.values()) worker.kill();
  }

  /** The runner of a container of a pod on this node. */
  runnerOf(uid: string, container: string | undefined): ContainerRunner | undefined {
    return this.#workers.get(uid)?.runner(container);
  }

  /** The network of a pod on this node. */
  netnsOf(uid: string): PodWorker['netns'] {
    return this.#workers.get(uid)?.netns;
  }

  #take(pod: Pod, type: string): void {
    const { uid } = pod.metadata;
    const worker = this.#workers.get(uid);
    if (type === 'DELETED') {
      void worker?.end(true).then(() => this.#workers.delete(uid));
      return;
    }
    if (pod.spec.nodeName !== this.#ground.node) return;
    if (worker !== undefined) {
      worker.update(pod);
      return;
    }
    if (hasEnded(pod)) return;
    const made = new PodWorker(this.#ground, pod);
    this.#workers.set(uid, made);
    if (pod.metadata.deletionTimestamp === undefined) made.start();
    else void made.end();
  }

  #register(): void {
    const { api, part } = this.#ground;
    const kind = api.kind('v1', 'Node');
    const name = part.name;
    if (api.find(kind, { name }) === undefined) {
      const labels = {
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'beta.kubernetes.io/os': 'linux',
        'beta.kubernetes.io/arch': 'amd64',
      };
      api.create(kind, { metadata: { name, labels }, spec: {} });
    }
    api.change<Node>(kind, { name }, (node) => {
      node.status = this.#status(node);
      const taints = (node.spec.taints ?? []).filter(
        ({ key }) => key !== 'node.kubernetes.io/unreachable',
      );
      if (taints.length > 0) node.spec.taints = taints;
      else delete node.spec.taints;
    });
    this.#beat();
  }

  #status({ status }: Node): NonNullable<Node['status']> {
    const { internalIp, name } = this.#ground.part;
    const resources = { cpu: '4', memory: '8145152Ki', pods: '110', 'ephemeral-storage': '64Gi' };
    return {
      ...status,
      addresses: [
        { type: 'InternalIP', address: internalIp },
        { type: 'Hostname', address: name },
      ],
      capacity: resources,
      allocatable: resources,
      conditions: conditions(),
      daemonEndpoints: { kubeletEndpoint: { Port: 10_250 } },
      nodeInfo: {
        architecture: 'amd64',
        bootID: this.#ground.random.uuid(),
        containerRuntimeVersion: 'containerd://1.7.22',
        kernelVersion: '6.1.0',
        kubeProxyVersion: `v${this.#version}`,
        kubeletVersion: `v${this.#version}`,
        machineID: this.#ground.random.hex(32),
        operatingSystem: 'linux',
        osImage: 'Simulated',
        systemUUID: this.#ground.random.uuid(),
      },
    };
  }

  #beat(): void {
    const { api, part } = this.#ground;
    const kind = api.kind('coordination.k8s.io/v1', 'Lease');
    const place = { namespace: leaseNamespace, name: part.name };
    const node = api.find(api.kind('v1', 'Node'), part);
    const namespace = api.find(api.kind('v1', 'Namespace'), { name: leaseNamespace });
    if (node === undefined || namespace === undefined) return;
    if (api.find(kind, place) === undefined) {
      const { name, uid } = node.metadata;
      const ownerReferences = [{ apiVersion: 'v1', kind: 'Node', name, uid }];
      const spec = { holderIdentity: name, leaseDurationSeconds: 40, renewTime: microMoment() };
      api.create(kind, { metadata: { ...place, ownerReferences }, spec });
      return;
    }
    api.change<Lease>(kind, place, ({ spec }) => {
      spec.renewTime = microMoment();
    });
  }
}

type NodeCondition = NonNullable<NonNullable<Node['status']>['conditions']>[number];

function conditions(): NodeCondition[] {
  const at = moment();
  const made = (
    ...[type, status, reason, message]: [string, string, string, string]
  ): NodeCondition => ({
    ...{ type, status, reason, message },
    lastHeartbeatTime: at,
    lastTransitionTime: at,
  });
  return [
    made(
      'MemoryPressure',
      'False',
      'KubeletHasSufficientMemory',
      'kubelet has sufficient memory available',
    ),
    made('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
    made('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
    made('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
  ];
}
