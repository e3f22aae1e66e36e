/**
 * Services: over TCP and UDP, reached from outside, and of a type that Kuryr does not serve.
 */
import { type Json, listIn, objectIn, textIn } from '../recorder.ts';
import { type Cluster, settledVerdict, type Track } from './cluster.ts';
import { finalizers } from './kuryr-pods.ts';
import { fromOutside, servedPort } from './packets.ts';

const port = 80;

function serviceNamed(name: string, spec: Json): Json {
  return {
    ...{ apiVersion: 'v1', kind: 'Service', metadata: { name } },
    spec: { selector: { name: 'far' }, ...spec },
  };
}

const both = ['TCP', 'UDP'].map((protocol) => ({
  ...{ name: protocol.toLowerCase(), protocol, port, targetPort: servedPort },
}));

/** Records Services and gives the address of the one with two protocols. */
export async function services(cluster: Cluster): Promise<{ readonly address: string }> {
  const since = await cluster.make(
    'a Service over TCP and UDP',
    'services',
    serviceNamed('echo', { ports: both }),
  );
  const open = await cluster.version('kuryrloadbalancers');
  await cluster.make(
    'a Service for the outside',
    'services',
    serviceNamed('front', { type: 'LoadBalancer', ports: [{ port, targetPort: servedPort }] }),
  );
  await cluster.make(
    'a Service of an external name',
    'services',
    serviceNamed('away', { type: 'ExternalName', externalName: 'example.org' }),
  );
  const members = (wanted: number) => (balancer: Json) =>
    listIn(objectIn(balancer, 'status'), 'members').length === wanted;
  await cluster.until('echo has its members', ['kuryrloadbalancers', 'echo'], members(2));
  await cluster.history(['services', 'echo'], since, { finalizers });
  await cluster.history(['kuryrloadbalancers', 'echo'], since, { filled, finalizers });
  await cluster.events('events of Service echo', 'echo');
  await cluster.events('events of Service away', 'away');
  await cluster.show('Service echo', ['services', 'echo']);
  await cluster.show('KuryrLoadBalancer echo', ['kuryrloadbalancers', 'echo']);
  await cluster.show('Endpoints echo', ['endpoints', 'echo']);
  await cluster.show('no KuryrLoadBalancer of Service away', ['kuryrloadbalancers', 'away']);
  await balancerOf(cluster);
  const echo = await cluster.find(['services', 'echo']);
  const address = textIn(objectIn(echo ?? {}, 'spec'), 'clusterIP');
  for (const protocol of ['tcp', 'udp'] as const) {
    await cluster.packets(`${protocol} to a Service`, 'client', {
      ...{ protocol, address, port, expected: 'far' },
    });
  }
  await cluster.packets('tcp to a Service from its own pod', 'far', {
    ...{ protocol: 'tcp', address, port },
  });
  await cluster.packets('tcp to another port of a Service', 'client', {
    ...{ protocol: 'tcp', address, port: 81 },
  });
  await front(cluster, open);
  return { address };
}

const filled: Track = (balancer) =>
  ['loadbalancer', 'listeners', 'pools', 'members', 'service_pub_ip_info']
    .filter((key) => {
      const value = objectIn(balancer, 'status')[key];
      return Array.isArray(value) ? value.length > 0 : value !== undefined;
    })
    .join(' ') || 'nothing';

async function balancerOf(cluster: Cluster): Promise<void> {
  const { recorder, namespace } = cluster;
  const name = `${namespace}/echo`;
  const list = (step: string, shelf: string, query: Record<string, string>): Promise<unknown> =>
    recorder.ask(step, ['octavia', { path: `/v2/lbaas/${shelf}`, query }]);
  await list('the load balancer of Service echo', 'loadbalancers', { name });
  for (const { protocol } of both) {
    await list(`the listener over ${protocol}`, 'listeners', {
      name: `${name}:${protocol}:${port}`,
    });
    await list(`the pool over ${protocol}`, 'pools', { name: `${name}:${protocol}:${port}` });
  }
  const { body } = await recorder.look('octavia', {
    path: '/v2/lbaas/pools',
    query: { name: `${name}:TCP:${port}` },
  });
  const pool = textIn(listIn(body, 'pools')[0] ?? {}, 'id');
  await list('the members over TCP', `pools/${pool}/members`, {});
}

async function front(cluster: Cluster, since: string): Promise<void> {
  const { recorder, scene } = cluster;
  const service = await cluster.until('front has an address', ['services', 'front'], (object) =>
    addressesOf(object).some((each) => textIn(each, 'ip') !== ''),
  );
  const address = textIn(addressesOf(service)[0] ?? {}, 'ip');
  await cluster.until('front has its member', ['kuryrloadbalancers', 'front'], (balancer) =>
    filled(balancer).includes('members'),
  );
  await cluster.history(['kuryrloadbalancers', 'front'], since, { filled });
  await cluster.events('events of Service front', 'front');
  await cluster.show('Service front', ['services', 'front']);
  await recorder.ask('the floating IP of Service front', [
    'neutron',
    { path: '/v2.0/floatingips', query: { floating_ip_address: address } },
  ]);
  await settledVerdict(recorder, {
    step: 'tcp from outside to a floating IP',
    expected: 'far',
    look: () => fromOutside(scene.stack, { protocol: 'tcp', address, port }),
  });
  await settledVerdict(recorder, {
    step: 'tcp from outside to another port of a floating IP',
    expected: undefined,
    look: () => fromOutside(scene.stack, { protocol: 'tcp', address, port: 81 }),
  });
}

function addressesOf(service: Json): readonly Json[] {
  return listIn(objectIn(objectIn(service, 'status'), 'loadBalancer'), 'ingress');
}
