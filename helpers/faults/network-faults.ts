/**
 * Faults of ports, trunks, security groups, routers and networks, through the public API of Neutron.
 */
import type { ServiceRef as Endpoint } from '#env';
import type { NeutronSecurityGroupRule } from '../cloud/neutron-forms.ts';
import type { Fault, Scene } from './scene.ts';

const neutronApi: Endpoint = { name: 'neutron', types: ['network'], stripped: /\/v2\.0$/ };

function put(scene: Scene, path: string, body: unknown): Promise<unknown> {
  return scene.cloud.session.send(neutronApi, { method: 'PUT', path: `/v2.0${path}`, body });
}

/** Takes all tags off the ports that pods have or will have. */
export const untagPorts: Fault = async (scene) => {
  const ports = await scene.ports();
  for (const port of ports.filter(({ tags, device_owner: owner }) => isOfPod(owner, tags))) {
    const tag = (tags: readonly string[]): Promise<unknown> =>
      put(scene, `/ports/${port.id}/tags`, { tags });
    await scene.once(port.id, {
      says: `took the tags off port ${port.fixed_ips[0]?.ip_address ?? port.id}`,
      act: async () => {
        await tag([]);
        return async () => {
          await tag(port.tags);
        };
      },
    });
  }
};

function isOfPod(owner: string, tags: readonly string[]): boolean {
  return tags.length > 0 && ['trunk:subport', 'compute:kuryr'].includes(owner);
}

/** Switches the ports of pods off. */
export const disablePorts: Fault = async (scene) => {
  for (const { pod, port } of await scene.podPorts()) {
    const set = (isUp: boolean): Promise<unknown> =>
      scene.cloud.neutron.update('ports', port.id, { admin_state_up: isUp });
    await scene.once(port.id, {
      says: `switched the port of pod ${pod.name} off`,
      act: async () => {
        await set(false);
        return async () => {
          await set(true);
        };
      },
    });
  }
};

/** Takes the ports of pods off the trunks of their nodes. */
export const detachSubports: Fault = async (scene) => {
  const trunks = await scene.cloud.neutron.trunks();
  for (const { pod, port } of await scene.podPorts()) {
    const trunk = trunks.find(({ sub_ports }) =>
      sub_ports.some(({ port_id }) => port_id === port.id),
    );
    const place = trunk?.sub_ports.find(({ port_id }) => port_id === port.id);
    if (trunk === undefined || place === undefined) continue;
    await scene.once(port.id, {
      says: `took the port of pod ${pod.name} off the trunk of ${pod.node}`,
      act: async () => {
        await put(scene, `/trunks/${trunk.id}/remove_subports`, {
          sub_ports: [{ port_id: port.id }],
        });
        return undefined;
      },
    });
  }
};

/** Adds a rule to the groups of policies that admits everybody. */
export const openGroups: Fault = async (scene) => {
  for (const group of await scene.policyGroups()) {
    await scene.once(group.id, {
      says: `opened security group ${group.name} to everybody`,
      act: async () => {
        const { id } = await scene.cloud.neutron.create('security-group-rules', {
          security_group_id: group.id,
          direction: 'ingress',
          ethertype: 'IPv4',
        });
        return () => scene.cloud.neutron.remove('security-group-rules', id);
      },
    });
  }
};

/** A rule that lets single pods in: Kuryr writes one for each of them, with its address alone. */
function admitsOnePod(rule: NeutronSecurityGroupRule): boolean {
  const { direction, remote_ip_prefix: remote = '' } = rule;
  return direction === 'ingress' && remote !== '' && /^[\d.]+(\/32)?$/.test(remote);
}

/** Deletes the rules of the groups of policies that let single pods in. */
export const closeGroups: Fault = async (scene) => {
  for (const group of await scene.policyGroups()) {
    for (const rule of group.security_group_rules.filter(admitsOnePod)) {
      await scene.once(rule.id, {
        says: `deleted the rule of security group ${group.name} that admits ${rule.remote_ip_prefix ?? ''}`,
        act: async () => {
          await scene.cloud.neutron.remove('security-group-rules', rule.id);
          return undefined;
        },
      });
    }
  }
};

/** The groups that ports had before a policy selected them, by scene and port. */
const usualGroups = new WeakMap<Scene, Map<string, readonly string[]>>();

/**
 * Gives the ports of pods the groups back that they had before a policy, and again whenever Kuryr puts its
 * group there.
 */
export const takeGroupsOff: Fault = async (scene) => {
  const usual = usualGroups.get(scene) ?? new Map<string, readonly string[]>();
  usualGroups.set(scene, usual);
  const groups = (await scene.policyGroups()).map(({ id }) => id);
  for (const { pod, port } of await scene.podPorts()) {
    if (!port.security_groups.some((id) => groups.includes(id))) {
      usual.set(port.id, port.security_groups);
      continue;
    }
    const before = usual.get(port.id);
    if (before === undefined) continue;
    await scene.once(`${port.id}@${port.revision_number ?? ''}`, {
      says: `took the group of the policy off the port of pod ${pod.name}`,
      act: async () => {
        await scene.cloud.neutron.update('ports', port.id, { security_groups: before });
        return undefined;
      },
    });
  }
};

/** Takes the subnets of the namespaces with ready pods off their router. */
export const detachRouter: Fault = async (scene) => {
  const networks = [...new Set((await scene.podPorts()).map(({ port }) => port.network_id))];
  if (networks.length === 0) return;
  const interfaces = await scene.cloud.neutron.ports({
    network_id: networks,
    device_owner: 'network:router_interface',
  });
  for (const { device_id: router, fixed_ips, network_id } of interfaces) {
    const subnet = { subnet_id: fixed_ips[0]?.subnet_id };
    await scene.once(network_id, {
      says: `took network ${network_id} off its router`,
      act: async () => {
        await put(scene, `/routers/${router}/remove_router_interface`, subnet);
        return async () => {
          await put(scene, `/routers/${router}/add_router_interface`, subnet);
        };
      },
    });
  }
};

/** Plants a port of somebody else's in the networks of the namespaces, so that they cannot go. */
export const plantPorts: Fault = async (scene) => {
  for (const network of await scene.networks()) {
    await scene.once(network.id, {
      says: `planted a port in network ${network.name}`,
      act: async () => {
        const { id } = await scene.cloud.neutron.create('ports', {
          network_id: network.id,
          name: 'planted',
          device_owner: 'compute:drill',
        });
        return () => scene.cloud.neutron.remove('ports', id);
      },
    });
  }
};

/** Leaves a copy of each security group of a policy behind, under the same name. */
export const plantGroups: Fault = async (scene) => {
  for (const group of await scene.policyGroups()) {
    const key = group.name;
    await scene.once(key, {
      says: `planted a second security group ${group.name}`,
      act: async () => {
        const { id } = await scene.cloud.neutron.create('security-groups', { name: group.name });
        return () => scene.cloud.neutron.remove('security-groups', id);
      },
    });
  }
};

/** Plants a second network under the name of each namespace's own. */
export const plantNetworks: Fault = async (scene) => {
  for (const { name } of await scene.networks()) {
    await scene.once(name, {
      says: `planted a second network ${name}`,
      act: async () => {
        const { id } = await scene.cloud.neutron.create('networks', { name });
        return () => scene.cloud.neutron.remove('networks', id);
      },
    });
  }
};

/** Lowers a quota of Neutron to what Kuryr's project uses of it, so that nothing more can be made. */
export function exhaust(resource: 'security_group' | 'network'): Fault {
  return async (scene) => {
    const [first] = await scene.networks();
    const project = first?.project_id;
    if (project === undefined) return;
    await scene.once(resource, {
      says: `lowered the quota of ${resource.replace('_', ' ')}s to what is used`,
      act: async () => {
        const quota = (await scene.cloud.neutron.quotas(project))[resource];
        const set = (limit: number): Promise<unknown> =>
          put(scene, `/quotas/${project}`, { quota: { [resource]: limit } });
        await set(quota?.used ?? 0);
        return async () => {
          await set(quota?.limit ?? -1);
        };
      },
    });
  };
}
