/**
 * Octavia: version document, providers, quotas, and a load balancer from its making to its end, with
 * what the ovn provider refuses and what is immutable in between.
 */
import { type Json, objectIn, Recorder, textIn } from '../recorder.ts';
import type { Chapter } from '../trace.ts';
import { CloudScript, type Scene } from './scene.ts';

/** Addresses that the script chooses. */
const chosen = {
  cidr: '10.95.0.0/24',
  gateway: '10.95.0.1',
  vip: '10.95.0.10',
  member: '10.95.0.30',
  other: '10.95.0.31',
} as const;

const nobody = 'kuryr-conformance-parity';
const shelf = '/v2/lbaas/loadbalancers';
const listeners = ['/v2/lbaas/listeners', 'listener'] as const;
const pools = ['/v2/lbaas/pools', 'pool'] as const;

/** Records Octavia with the ovn provider. */
export async function octavia({ apis, runId }: Scene): Promise<Chapter> {
  const recorder = new Recorder('octavia', apis, Object.values(chosen));
  const script = new CloudScript(recorder, 'octavia', runId);
  const neutron = new CloudScript(recorder, 'neutron', runId);
  await documents(script);
  const network = await neutron.make('a network', ['/v2.0/networks', 'network'], {
    name: 'parity-lb',
  });
  const subnet = await neutron.make('a subnet', ['/v2.0/subnets', 'subnet'], {
    ...{ name: 'parity-lb', network_id: network, ip_version: 4, cidr: chosen.cidr },
  });
  const balancer = new Balancer(script, await made(script, subnet));
  await balancer.settles('the load balancer');
  const [vip] = await vipOf(balancer);
  await neutron.get('the port of the VIP', `/v2.0/ports/${vip ?? ''}`);
  await immutable(balancer);
  const listener = await listening(balancer);
  const pool = await pooling(balancer, listener);
  await serving(balancer, { pool, subnet });
  await looking(balancer, listener);
  await ending(balancer, { listener, pool });
  // Neutron does not ask Octavia, so this comes when nothing needs the port any more.
  await neutron.delete('the port of the VIP in use', `/v2.0/ports/${vip ?? ''}`);
  await gone(balancer);
  await neutron.delete('the network goes with its subnet', `/v2.0/networks/${network}`);
  return recorder.chapter;
}

/** A load balancer that is followed through its states. */
class Balancer {
  readonly script: CloudScript;
  readonly id: string;

  constructor(script: CloudScript, id: string) {
    this.script = script;
    this.id = id;
  }

  get path(): string {
    return `${shelf}/${this.id}`;
  }

  /** Waits until nothing is pending any more and records the states until then. */
  async settles(what: string): Promise<void> {
    const { recorder } = this.script;
    const seen: string[] = [];
    await recorder.wait({ until: `${what} is no longer pending` }, async () => {
      const { status, body } = await recorder.look('octavia', { path: this.path });
      const balancer = objectIn(body, 'loadbalancer');
      const state = status === 404 ? 'gone' : textIn(balancer, 'provisioning_status');
      seen.push(state);
      return state.startsWith('PENDING') ? undefined : state;
    });
    recorder.states(`${what} settles`, seen);
  }

  /** Makes something below the load balancer, waits, and gives its id. */
  async make(what: string, place: readonly [string, string], body: Json): Promise<string> {
    const id = await this.script.make(what, place, body);
    await this.settles(what);
    return id;
  }
}

async function documents(script: CloudScript): Promise<void> {
  await script.get('the versions', '/');
  await script.get('the providers', '/v2/lbaas/providers');
  await script.get('the default quotas', '/v2/lbaas/quotas/defaults');
  const path = `/v2/lbaas/quotas/${nobody}`;
  await script.put('a quota', path, { quota: { load_balancer: 0 } });
  await script.get('the quotas', path);
  await script.post('a load balancer beyond the quota', shelf, {
    loadbalancer: { project_id: nobody, vip_subnet_id: '00000000-0000-4000-8000-000000000000' },
  });
  await script.delete('the quota goes', path);
  await script.get('no load balancer', `${shelf}/00000000-0000-4000-8000-000000000000`);
}

async function made(script: CloudScript, subnet: string): Promise<string> {
  const body = { name: 'parity-lb', vip_subnet_id: subnet, vip_address: chosen.vip };
  const at = [shelf, 'loadbalancer'] as const;
  await script.make('a load balancer of no provider', at, { ...body, provider: 'nothing' });
  await script.make('a load balancer of no VIP', at, { name: 'parity-lb', provider: 'ovn' });
  await script.make('a load balancer of no subnet', at, {
    ...body,
    vip_subnet_id: '00000000-0000-4000-8000-000000000000',
  });
  await script.make('a load balancer with an unknown attribute', at, { ...body, colour: 'red' });
  const id = await script.make('a load balancer', at, {
    ...body,
    provider: 'ovn',
    tags: [script.tag],
  });
  return id;
}

async function vipOf({ script, path }: Balancer): Promise<string[]> {
  const body = await script.get('the load balancer', path);
  return [textIn(objectIn(body, 'loadbalancer'), 'vip_port_id')];
}

/** What is pending is pending for a moment only, so both are asked for at once until one is refused. */
async function immutable({ script, id, path }: Balancer): Promise<void> {
  const { recorder } = script;
  const listener = { loadbalancer_id: id, protocol: 'TCP', protocol_port: 79 };
  const post = { method: 'POST', path: listeners[0], body: { listener } } as const;
  const isAtRest = async (): Promise<true | undefined> => {
    const { body } = await recorder.look('octavia', { path });
    const state = textIn(objectIn(body, 'loadbalancer'), 'provisioning_status');
    return state.startsWith('PENDING') ? undefined : true;
  };
  const refused = await recorder.wait({ until: 'something is immutable' }, async () => {
    const change = { loadbalancer: { description: 'parity' } };
    const [, seen] = await Promise.all([
      recorder.look('octavia', { method: 'PUT', path, body: change }),
      recorder.look('octavia', post),
    ]);
    await recorder.wait({ until: 'the load balancer is at rest' }, isAtRest);
    if (seen.status === 409) return seen;
    const made = textIn(objectIn(seen.body, 'listener'), 'id');
    await recorder.look('octavia', { method: 'DELETE', path: `${listeners[0]}/${made}` });
    await recorder.wait({ until: 'the load balancer is at rest' }, isAtRest);
    return undefined;
  });
  recorder.record('a listener of a pending load balancer', ['octavia', post], refused);
}

async function listening(balancer: Balancer): Promise<string> {
  const { script, id } = balancer;
  const body = { name: 'parity:TCP:80', loadbalancer_id: id, protocol: 'TCP', protocol_port: 80 };
  const listener = await balancer.make('a listener', listeners, body);
  await script.make('the same listener', listeners, body);
  await balancer.make('a listener of another protocol', listeners, {
    ...{ name: 'parity:UDP:80', loadbalancer_id: id, protocol: 'UDP', protocol_port: 80 },
  });
  await script.make('a listener of HTTP', listeners, {
    ...body,
    protocol: 'HTTP',
    protocol_port: 81,
  });
  await script.make('a listener of no protocol', listeners, { ...body, protocol: 'CARRIER' });
  await script.make('a listener of no port', listeners, { ...body, protocol_port: 70_000 });
  await script.make('a listener of some addresses', listeners, {
    ...{ ...body, protocol_port: 82, allowed_cidrs: [chosen.cidr] },
  });
  await script.make('a listener of no load balancer', listeners, {
    ...{ ...body, loadbalancer_id: '00000000-0000-4000-8000-000000000000' },
  });
  await balancer.settles('the load balancer after refusals');
  return listener;
}

async function pooling(balancer: Balancer, listener: string): Promise<string> {
  const { script, id } = balancer;
  const body = { listener_id: listener, protocol: 'TCP', lb_algorithm: 'SOURCE_IP_PORT' };
  await script.make('a pool of another algorithm', pools, { ...body, lb_algorithm: 'ROUND_ROBIN' });
  await balancer.settles('the load balancer after a wrong algorithm');
  await script.make('a pool of another protocol', pools, { ...body, protocol: 'UDP' });
  await script.make('a pool of no algorithm', pools, { ...body, lb_algorithm: 'GUESSING' });
  const pool = await balancer.make('a pool', pools, { name: 'parity:TCP:80', ...body });
  await script.make('a second pool of the listener', pools, body);
  await script.make('a policy of layer 7', ['/v2/lbaas/l7policies', 'l7policy'], {
    ...{ listener_id: listener, action: 'REJECT' },
  });
  await balancer.settles('the load balancer after a policy of layer 7');
  await script.put('the load balancer is renamed', `${shelf}/${id}`, {
    loadbalancer: { description: 'parity' },
  });
  await balancer.settles('the renamed load balancer');
  return pool;
}

async function serving(
  balancer: Balancer,
  { pool, subnet }: { readonly pool: string; readonly subnet: string },
): Promise<void> {
  const { script } = balancer;
  const members = [`${pools[0]}/${pool}/members`, 'member'] as const;
  const body = { address: chosen.member, protocol_port: 8080, subnet_id: subnet };
  const member = await balancer.make('a member', members, { name: 'parity/pod:8080', ...body });
  await script.make('the same member', members, body);
  await script.make('a member of no address', members, { ...body, address: 'somewhere' });
  await script.make('a member without a port', members, { address: chosen.other });
  await script.make(
    'a member of another pool',
    [`${pools[0]}/00000000-0000-4000-8000-000000000000/members`, 'member'],
    body,
  );
  await balancer.make('a second member', members, { ...body, address: chosen.other });
  await script.get('the members', members[0]);
  await script.get('the member', `${members[0]}/${member}`);
  await script.put('the member has another port', `${members[0]}/${member}`, {
    member: { protocol_port: 8081 },
  });
  await script.delete('the member goes', `${members[0]}/${member}`);
  await balancer.settles('the load balancer without the member');
  await script.get('the member is gone', `${members[0]}/${member}`);
}

async function looking({ script, path, id }: Balancer, listener: string): Promise<void> {
  await script.get('the listener', `${listeners[0]}/${listener}`);
  await script.get('listeners by load balancer', listeners[0], { load_balancer_id: id });
  await script.get('pools by load balancer', pools[0], { loadbalancer_id: id });
  await script.get('load balancers by name', shelf, { name: 'parity-lb' });
  await script.get('load balancers by tag', shelf, { tags: script.tag });
  await script.get('the tree of states', `${path}/status`);
  await script.get('the statistics', `${path}/stats`);
  await script.get('the amphorae', '/v2/octavia/amphorae', { loadbalancer_id: id });
}

async function ending(
  balancer: Balancer,
  { listener, pool }: { readonly listener: string; readonly pool: string },
): Promise<void> {
  const { script, path } = balancer;
  await script.delete('the load balancer with children', path);
  await script.delete('the pool goes', `${pools[0]}/${pool}`);
  await balancer.settles('the load balancer without the pool');
  await script.delete('the listener goes', `${listeners[0]}/${listener}`);
  await balancer.settles('the load balancer without the listener');
  await script.get('the listener is gone', `${listeners[0]}/${listener}`);
}

async function gone(balancer: Balancer): Promise<void> {
  const { script, path } = balancer;
  await script.delete('the load balancer goes', path, { cascade: true });
  await balancer.settles('the end of the load balancer');
  await script.delete('the load balancer is gone', path);
}
