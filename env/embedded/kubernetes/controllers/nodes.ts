/**
 * Watches over nodes: one whose kubelet is silent is not ready and tainted, and the pods of one that was
 * deleted are deleted too.
 */
import { heartbeatMs } from '../kubelet/kubelet.ts';
import { tableOf } from '../kinds/kind.ts';
import { type Lease, moment, type Node, type Pod } from '../objects.ts';
import { type Ground, keyOf, Loop, placeOf } from './loop.ts';

const silentMs = 3 * heartbeatMs;
const unreachable = 'node.kubernetes.io/unreachable';

/** Runs the controllers of nodes. */
export function startNodes(ground: Ground): void {
  const { api, world } = ground;
  const nodes = api.kind('v1', 'Node');
  const pods = api.kind('v1', 'Pod');
  new Loop(ground, 'pods of nodes', (key) => {
    const pod = api.find(pods, placeOf(key)) as Pod | undefined;
    const node = pod?.spec.nodeName ?? '';
    if (pod === undefined || node === '' || api.find(nodes, { name: node }) !== undefined) return;
    api.remove(pods, pod.metadata, { gracePeriodSeconds: 0 });
  })
    .follow(nodes, ({ metadata }) =>
      api.find(nodes, metadata) === undefined
        ? (api.list(pods) as Pod[]).filter(({ spec }) => spec.nodeName === metadata.name).map(keyOf)
        : [],
    )
    .follow(pods, (object, previous) => (previous === undefined ? [keyOf(object)] : []));
  const timer = setInterval(() => {
    for (const node of api.store.each(tableOf(nodes))) judge(ground, node as Node);
  }, heartbeatMs).unref();
  world.closing.addEventListener(
    'abort',
    () => {
      clearInterval(timer);
    },
    { once: true },
  );
}

function judge({ api }: Ground, { metadata }: Node): void {
  const leases = api.kind('coordination.k8s.io/v1', 'Lease');
  const place = { namespace: 'kube-node-lease', name: metadata.name };
  const lease = api.find(leases, place) as Lease | undefined;
  const renewed = Date.parse(lease?.spec.renewTime ?? metadata.creationTimestamp);
  const isAlive = Date.now() - renewed < silentMs;
  api.change<Node>(api.kind('v1', 'Node'), metadata, (draft) => {
    const ready = draft.status?.conditions?.find(({ type }) => type === 'Ready');
    if (ready === undefined || (ready.status === 'True') === isAlive) return;
    if (isAlive) {
      Object.assign(ready, {
        status: 'True',
        reason: 'KubeletReady',
        message: 'kubelet is posting ready status',
      });
    } else {
      const message = 'Kubelet stopped posting node status.';
      Object.assign(ready, { status: 'Unknown', reason: 'NodeStatusUnknown', message });
    }
    ready.lastTransitionTime = moment();
    const others = (draft.spec.taints ?? []).filter(({ key }) => key !== unreachable);
    const own = ['NoSchedule', 'NoExecute'].map((effect) => ({ key: unreachable, effect }));
    const taints = isAlive ? others : [...others, ...own];
    if (taints.length > 0) draft.spec.taints = taints;
    else delete draft.spec.taints;
  });
  if (!isAlive) unready({ api }, metadata.name);
}

/** Pods of a silent node take no traffic. */
function unready({ api }: Pick<Ground, 'api'>, node: string): void {
  const kind = api.kind('v1', 'Pod');
  for (const object of api.store.list(tableOf(kind))) {
    if ((object as Pod).spec.nodeName !== node) continue;
    api.change<Pod>(kind, object.metadata, ({ status }) => {
      const ready = status?.conditions?.find(({ type }) => type === 'Ready');
      if (ready?.status !== 'True') return;
      Object.assign(ready, { status: 'False', lastTransitionTime: moment() });
    });
  }
}
