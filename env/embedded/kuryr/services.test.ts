import { expect, test } from '@playwright/test';
import type { Provisioned } from './api/cloud.ts';
import type { Service } from './api/resources.ts';
import {
  at,
  balanced,
  gone,
  namespace,
  pod,
  reasons,
  running,
  service,
} from './testing-objects.ts';
import { startTestStack, type TestStack, testTag } from './testing.ts';

type Published = Service & { status: { loadBalancer?: { ingress?: { ip: string }[] } } };

async function addressOf(stack: TestStack, name: string): Promise<string> {
  return stack.until(`address of ${name}`, async () => {
    const found = await stack.get<Published>(at.service(name));
    return found?.status.loadBalancer?.ingress?.[0]?.ip;
  });
}

test.describe('a service', () => {
  test('gets a load balancer with both protocols and a floating IP, and gives all back', async () => {
    await using stack = await startTestStack();
    await stack.make(namespace());
    await stack.make(pod('web'));
    await running(stack, 'web');
    const before = await stack.census();
    const ports = ['TCP', 'UDP'].map((protocol) => ({
      name: protocol.toLowerCase(),
      port: 80,
      targetPort: 8080,
      protocol,
    }));
    await stack.make(service('web', { type: 'LoadBalancer', ports }));
    await balanced(stack, 'web', 2);
    const address = await addressOf(stack, 'web');
    const [balancer] = await stack.cloud.listLb<Provisioned>('loadbalancers');
    const [floatingIp] = await stack.cloud.list('floatingips', { floating_ip_address: address });
    const listeners = await stack.cloud.listLb<Provisioned>('listeners');

    expect(balancer).toMatchObject({ name: 'demo/web', provider: 'ovn', tags: [testTag] });
    expect(floatingIp).toMatchObject({ description: 'kuryr_lb', tags: [testTag] });
    expect(listeners.map(({ name }) => name).sort()).toEqual([
      'demo/web:TCP:80',
      'demo/web:UDP:80',
    ]);
    expect(await reasons(stack, 'web')).toEqual(
      expect.arrayContaining(['KuryrEnsureLB', 'KuryrEnsuredLB', 'KuryrEnsureFIP']),
    );
    await stack.remove(at.service('web'));
    await gone(stack, at.service('web'));
    expect(await stack.census()).toEqual(before);
    expect(stack.complaints()).toEqual([]);
  });

  test('follows its ready pods and its ports', async () => {
    await using stack = await startTestStack();
    await stack.make(namespace());
    await stack.make(service('web'));
    expect(await stack.cloud.listLb('loadbalancers')).toEqual([]);
    await stack.make(pod('web'));
    await balanced(stack, 'web', 1);
    await stack.kube.send({
      method: 'PATCH',
      path: at.service('web'),
      contentType: 'application/merge-patch+json',
      body: { spec: { ports: [{ port: 81, targetPort: 8080, protocol: 'TCP' }] } },
    });
    await stack.until('listener on 81', async () => {
      const found = await stack.cloud.listLb<Provisioned>('listeners');
      return found.length === 1 && found[0]?.['protocol_port'] === 81;
    });
    await balanced(stack, 'web', 1);
    await stack.remove(at.pod('web'));
    await balanced(stack, 'web', 0);

    expect(await stack.cloud.listLb('loadbalancers')).toHaveLength(1);
  });

  test('is made anew when somebody deletes its load balancer', async () => {
    await using stack = await startTestStack(
      {},
      {
        timers: {
          reconcileMs: 100,
          leftoversMs: 5_000,
          relistMs: 120_000,
          reattachMs: 5_000,
          restartMs: 2_000,
        },
      },
    );
    await stack.make(namespace());
    await stack.make(pod('web'));
    await stack.make(service('web'));
    const first = await balanced(stack, 'web', 1);
    const firstId = first.status?.loadbalancer?.id ?? '';
    await stack.until('the balancer at rest', async () => {
      const found = await stack.cloud.getLb<Provisioned>(`loadbalancers/${firstId}`);
      return found?.provisioning_status === 'ACTIVE';
    });
    await stack.cloud.octavia('DELETE', `/loadbalancers/${firstId}?cascade=true`);
    await stack.until('another load balancer', async () => {
      const now = await balanced(stack, 'web', 1);
      return now.status?.loadbalancer?.id !== firstId;
    });

    // The look goes from the load balancer to its members: one that falls into the deletion finds a later part.
    expect(await reasons(stack, 'web')).toContainEqual(
      expect.stringMatching(/^LoadBalancer(Listener|Pool|Member)?Missing$/),
    );
  });

  test('uses the floating IP that the user names, and leaves it to the user', async () => {
    await using stack = await startTestStack();
    const { settings, cloud } = stack;
    const own = await cloud.create('floatingips', {
      floating_network_id: settings.external_svc_net,
      project_id: settings.project,
    });
    await stack.make(namespace());
    await stack.make(pod('web'));
    const address = own['floating_ip_address'];
    await stack.make(service('web', { type: 'LoadBalancer', loadBalancerIP: address }));

    expect(await addressOf(stack, 'web')).toBe(address);
    await stack.remove(at.service('web'));
    await gone(stack, at.service('web'));
    expect(await cloud.get('floatingips', own.id)).toMatchObject({ port_id: null });
  });

  test('of a Kuryr without its deviations follows its type and the address that it asks for', async () => {
    const deviations = { ignoresTypeChange: false, ignoresAddressChange: false };
    await using stack = await startTestStack({}, { deviations });
    const { settings, cloud } = stack;
    const own = await cloud.create('floatingips', {
      floating_network_id: settings.external_svc_net,
      project_id: settings.project,
    });
    const change = (spec: object): Promise<unknown> =>
      stack.kube.send({
        method: 'PATCH',
        path: at.service('web'),
        contentType: 'application/merge-patch+json',
        body: { spec },
      });
    await stack.make(namespace());
    await stack.make(pod('web'));
    await stack.make(service('web'));
    await balanced(stack, 'web', 1);

    await change({ type: 'LoadBalancer' });
    const first = await addressOf(stack, 'web');
    await change({ loadBalancerIP: own['floating_ip_address'] });
    await stack.until('the address that was asked for', async () => {
      return (await addressOf(stack, 'web')) === own['floating_ip_address'];
    });

    expect(await cloud.list('floatingips', { floating_ip_address: first })).toEqual([]);
    await change({ type: 'ClusterIP', loadBalancerIP: null });
    await stack.until('a floating IP at no port', async () => {
      return (await cloud.get('floatingips', own.id))?.['port_id'] === null;
    });
  });

  test('of a kind that is not supported is skipped with an event', async () => {
    await using stack = await startTestStack();
    await stack.make(namespace());
    await stack.make(service('open', { type: 'NodePort' }));
    await stack.make(service('headless', { clusterIP: 'None' }));
    await stack.until('both events', async () => {
      const found = [...(await reasons(stack, 'open')), ...(await reasons(stack, 'headless'))];
      return found.filter((reason) => reason === 'KuryrServiceSkipped').length === 2;
    });

    expect(await stack.get(at.record('kuryrloadbalancers', 'open'))).toBeUndefined();
  });

  test('with a timeout that is no number makes the controller unhealthy', async () => {
    await using stack = await startTestStack();
    const key = 'openstack.org/kuryr-timeout-client-data';
    await stack.make(namespace());
    await stack.make(service('web', {}, { [key]: '70000' }));
    await stack.make(pod('web'));
    await balanced(stack, 'web', 1);
    const [listener] = await stack.cloud.listLb<Provisioned>('listeners');

    expect(listener).toMatchObject({ timeout_client_data: 70_000 });
    expect((await fetch(`${stack.kuryr.healthUrl}/alive`)).status).toBe(200);
    await stack.make(service('bad', {}, { [key]: 'soon' }));
    await stack.until('a dead handler', async () => {
      return (await fetch(`${stack.kuryr.healthUrl}/alive`)).status === 500;
    });
    await stack.remove(at.service('bad'));
    await stack.until('a restarted controller', async () => {
      return (await fetch(`${stack.kuryr.healthUrl}/alive`)).status === 200;
    });
    expect(stack.kuryr.controller.restarts).toBeGreaterThan(0);
  });
});
