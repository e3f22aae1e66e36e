/**
 * Faults below the public APIs, through the fault port of a driver: packets, programs that hang, and
 * what Octavia keeps.
 */
import { type FaultPort, type PacketRule, StackError, type SuspendablePart } from '#env';
import { filledBalancers } from './balancer-faults.ts';
import type { Fault, Scene } from './scene.ts';

function portOf(scene: Scene): FaultPort {
  if (scene.faults !== undefined) return scene.faults;
  throw new StackError(
    'STACK_NOT_DISTURBABLE',
    'Disturbing the stack: its driver offers no way to do so from below.',
  );
}

/** Puts a rule about packets above all others in the networks of the run. */
export function overrulePackets(rule: PacketRule): Fault {
  return async (scene) => {
    const ready = new Set((await scene.podPorts()).map(({ port }) => port.network_id));
    for (const { id, name } of await scene.networks()) {
      if (!ready.has(id)) continue;
      await scene.once(id, {
        says: `${rule.action === 'drop' ? 'dropped' : 'let through'} all packets with "${rule.match}" in network ${name}`,
        act: () => portOf(scene).overrule(id, rule),
      });
    }
  };
}

/** Loses long packets of ready pods. */
export function losePackets(longerThan: number): Fault {
  return async (scene) => {
    for (const { pod } of await scene.podPorts()) {
      await scene.once(`${pod.namespace}/${pod.name}`, {
        says: `lost packets of pod ${pod.name} above ${longerThan} bytes`,
        act: () => portOf(scene).limitPackets(pod, longerThan),
      });
    }
  };
}

/** Makes a part stand still as soon as the run has a namespace. */
export function suspendPart(part: SuspendablePart): Fault {
  return async (scene) => {
    if ((await scene.staying()).length === 0) return;
    await scene.once(part, {
      says: `made ${part} stand still`,
      act: () => portOf(scene).suspend(part),
    });
  };
}

/** Makes a part stand still as soon as a Service of the run with a finalizer is being deleted. */
export function suspendAtServiceDeletion(part: SuspendablePart): Fault {
  return async (scene) => {
    for (const { name: namespace } of await scene.staying()) {
      const { items } = await scene.cluster.access.call('Listing services', ({ core }) =>
        core.listNamespacedService({ namespace }),
      );
      if (items.every(({ metadata }) => metadata?.deletionTimestamp === undefined)) continue;
      await scene.once(part, {
        says: `made ${part} stand still while a Service was being deleted`,
        act: () => portOf(scene).suspend(part),
      });
    }
  };
}

/**
 * Puts the address of the router in the place of the clients of load balancers: those outside, whose
 * packets pass the router, or those in the cluster as well, whose switches would balance by themselves.
 */
export function hideClients(whose: 'outside' | 'everywhere'): Fault {
  return async (scene) => {
    const balancers = await filledBalancers(scene);
    if (balancers.length === 0) return;
    const ports = await scene.ports();
    const networks = [...new Set(ports.map(({ network_id }) => network_id))];
    const router = ports.find(({ device_owner }) => device_owner === 'network:router_interface');
    if (router === undefined) return;
    for (const { balancer } of balancers) {
      await scene.once(balancer.id, {
        says: `put the address of router ${router.device_id} in the place of the clients of load balancer ${balancer.name}`,
        act: () => portOf(scene).hideClients(router.device_id, whose === 'outside' ? [] : networks),
      });
    }
  };
}

/** Makes Octavia believe that the load balancers are of another provider. */
export function rewriteProvider(provider: string): Fault {
  return async (scene) => {
    for (const { id, name } of await scene.loadBalancers()) {
      await scene.once(id, {
        says: `wrote provider ${provider} into load balancer ${name}`,
        act: () => portOf(scene).rewriteProvider(id, provider),
      });
    }
  };
}

/** Makes Octavia believe that the load balancers have an amphora. */
export const plantAmphorae: Fault = async (scene) => {
  for (const { id, name } of await scene.loadBalancers()) {
    await scene.once(id, {
      says: `entered an amphora for load balancer ${name}`,
      act: () => portOf(scene).plantAmphora(id),
    });
  }
};
