/**
 * The sandbox of a pod: its network namespace, wired by the CNI plugin.
 */
import type { Cni, CniRequest, DataPlane, Netns } from '../../seams.ts';
import type { Random, World } from '../../world.ts';
import { moment, type Pod } from '../objects.ts';
import type { Happening } from '../controllers/events.ts';

/** What sandboxes are made with. */
export interface SandboxMaker {
  readonly world: World;
  readonly dataPlane: DataPlane;
  readonly random: Random;
  readonly node: string;
  cni(): Cni;
}

/** A network namespace with its addresses. */
export interface Sandbox {
  readonly netns: Netns;
  readonly ips: readonly string[];
  /** Undoes what the CNI plugin has done; tries until it succeeds or the signal ends it. */
  remove(signal: AbortSignal): Promise<void>;
}

const firstRetryMs = 150;
const longestRetryMs = 3_000;

/** Makes a sandbox; tries until it succeeds or the signal ends it. */
export async function makeSandbox(
  maker: SandboxMaker,
  pod: Pod,
  { note, signal }: { readonly note: (happening: Happening) => void; readonly signal: AbortSignal },
): Promise<Sandbox> {
  for (let retryMs = firstRetryMs; ; retryMs = Math.min(retryMs * 2, longestRetryMs)) {
    const request = requestFor(maker, pod);
    try {
      const { ips } = await maker.cni().add(request, signal);
      signal.throwIfAborted();
      return { netns: request.netns, ips, remove: (end) => removeSandbox(maker, request, end) };
    } catch (error) {
      const { message } = error as Error;
      void removeSandbox(maker, request, maker.world.closing).catch(() => undefined);
      signal.throwIfAborted();
      note({
        type: 'Warning',
        reason: 'FailedCreatePodSandBox',
        message:
          'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox ' +
          `"${request.sandbox}": plugin type="kuryr-cni" name="kuryr" failed (add): ${message}`,
      });
    }
    await maker.world.delay(retryMs, signal);
  }
}

function requestFor({ dataPlane, random, node }: SandboxMaker, pod: Pod): CniRequest {
  const sandbox = random.hex(64);
  const netns = dataPlane.createNetns(`cni-${sandbox.slice(0, 16)}`, node);
  const { namespace = '', name, uid } = pod.metadata;
  return { namespace, pod: name, podUid: uid, sandbox, netns, node };
}

async function removeSandbox(
  maker: SandboxMaker,
  request: CniRequest,
  signal: AbortSignal,
): Promise<void> {
  for (let retryMs = firstRetryMs; ; retryMs = Math.min(retryMs * 2, longestRetryMs)) {
    try {
      await maker.cni().del(request, signal);
      request.netns.destroy();
      return;
    } catch (error) {
      signal.throwIfAborted();
      const text = `CNI DEL of ${request.namespace}/${request.pod}: ${(error as Error).message}`;
      maker.world.log('kubelet', `${moment()} ${text}`);
    }
    await maker.world.delay(retryMs, signal);
  }
}
