import { expect, test } from '@playwright/test';
import { vifData } from './api/vif.ts';
import type { Provisioned, Rule } from './api/cloud.ts';
import type { KuryrNetwork, KuryrNetworkPolicy, KuryrPort } from './api/records.ts';
import type { Pod, Service } from './api/resources.ts';
import { defaultVif } from './controller/pod-records.ts';
import {
  at,
  balanced,
  gone,
  leavesNothing,
  namespace,
  pod,
  policy,
  portOf,
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

async function applied(stack: TestStack, name: string): Promise<KuryrNetworkPolicy> {
  return stack.until(`policy ${name} applied`, async () => {
    const found = await stack.get<KuryrNetworkPolicy>(at.record('kuryrnetworkpolicies', name));
    return found?.status.podSelector === undefined ? undefined : found;
  });
}

const onlyClient = {
  podSelector: { matchLabels: { app: 'web' } },
  policyTypes: ['Ingress'],
  ingress: [
    { from: [{ podSelector: { matchLabels: { app: 'client' } } }], ports: [{ port: 8080 }] },
  ],
};

test.describe('a pod', () => {
  test('gets one ACTIVE subport in the subnet of its namespace, soon', async () => {
    await using stack = await startTestStack();
    const before = await stack.census();
    await stack.make(namespace());
    await stack.make(pod('first'));
    await running(stack, 'first');
    const started = performance.now();
    await stack.make(pod('web'));
    const web = await running(stack, 'web');
    const tookMs = performance.now() - started;
    const record = await stack.get<KuryrPort>(at.record('kuryrports', 'web'));
    const network = await stack.get<KuryrNetwork>(at.record('kuryrnetworks', 'demo'));
    const vif = defaultVif(record?.status?.vifs);

    expect(web.metadata.finalizers).toEqual(['kuryr.openstack.org/pod-finalizer']);
    expect(record?.spec).toMatchObject({ podUid: web.metadata.uid, podStatic: false });
    expect(vif === undefined ? undefined : vifData(vif).active).toBe(true);
    expect(network?.status).toMatchObject({ populated: false });
    expect(await portOf(stack, web)).toMatchObject({
      status: 'ACTIVE',
      name: 'demo/web',
      device_owner: 'trunk:subport',
      tags: [testTag],
      fixed_ips: [{ subnet_id: network?.status?.subnetId }],
    });
    expect(await reasons(stack, 'web')).toEqual(
      expect.arrayContaining(['KuryrPortUpdatedWithVIFs', 'KuryrPortUpdatedWithActiveVIFs']),
    );
    expect(tookMs).toBeLessThan(1_500);
    await leavesNothing(stack, before);
    expect(stack.complaints()).toEqual([]);
  });

  test('of the host network gets none, and a namespace of only such pods no network', async () => {
    await using stack = await startTestStack();
    await stack.make(namespace());
    await stack.make(pod('host', { hostNetwork: true }));
    await running(stack, 'host');

    expect(await stack.get(at.record('kuryrports', 'host'))).toBeUndefined();
    expect(await stack.get(at.record('kuryrnetworks', 'demo'))).toBeUndefined();
  });

  test('that has ended gives its port back and stays', async () => {
    await using stack = await startTestStack();
    await stack.make(namespace());
    await stack.make(
      pod('job', {
        restartPolicy: 'Never',
        containers: [{ name: 'main', image: 'x/prober', command: ['sleep', '0.1'] }],
      }),
    );
    await stack.until('the end of the pod', async () => {
      const found = await stack.get<Pod>(at.pod('job'));
      return found?.status?.phase === 'Succeeded';
    });
    await gone(stack, at.record('kuryrports', 'job'));

    expect(await stack.get(at.pod('job'))).toMatchObject({ status: { phase: 'Succeeded' } });
    expect(await stack.cloud.list('ports', { name: 'demo/job' })).toEqual([]);
  });

  test('keeps working while the controller is away, and is cleaned up when it is back', async () => {
    await using stack = await startTestStack();
    const before = await stack.census();
    await stack.make(namespace());
    await stack.make(pod('web'));
    await running(stack, 'web');
    stack.kuryr.controller.stop();
    await stack.remove(at.pod('web'));
    await stack.make(pod('late'));
    await stack.kuryr.controller.start();
    await gone(stack, at.pod('web'));

    expect((await running(stack, 'late')).status?.podIP).toBeDefined();
    await leavesNothing(stack, before);
  });
});

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
      { timers: { reconcileMs: 100, leftoversMs: 5_000, relistMs: 120_000, reattachMs: 5_000 } },
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

    expect(await reasons(stack, 'web')).toContain('LoadBalancerMissing');
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
  });
});

test.describe('a policy', () => {
  test('is a security group on the ports it selects, as long as it is there', async () => {
    await using stack = await startTestStack();
    await stack.make(namespace());
    await stack.make(pod('web'));
    await stack.make(pod('client'));
    const web = await running(stack, 'web');
    const client = await running(stack, 'client');
    const before = await stack.census();
    await stack.make(policy('only-client', onlyClient));
    const { spec, status } = await applied(stack, 'only-client');
    const { securityGroupId: groupId = '' } = status;
    const rules = await stack.cloud.list<Rule>('security-group-rules', {
      security_group_id: groupId,
    });
    const group = await stack.cloud.get('security-groups', groupId);

    expect(group).toMatchObject({ name: 'sg/demo-only-client', tags: [testTag] });
    expect((await portOf(stack, web)).security_groups).toEqual([groupId]);
    expect((await portOf(stack, client)).security_groups).toEqual(
      stack.settings.pod_security_groups,
    );
    expect(rules).toHaveLength(spec.ingressSgRules.length + spec.egressSgRules.length);
    expect(
      rules.some(
        ({ remote_ip_prefix }) => remote_ip_prefix?.split('/')[0] === client.status?.podIP,
      ),
    ).toBe(true);

    await stack.remove(at.pod('client'));
    await stack.until('the rule of the client gone', async () => {
      const now = await applied(stack, 'only-client');
      return now.spec.ingressSgRules.every(
        ({ sgRule }) => sgRule.remote_ip_prefix !== client.status?.podIP,
      );
    });
    await stack.make(pod('client'));
    const again = await running(stack, 'client');
    await stack.until('the rule of the new client', async () => {
      const now = await applied(stack, 'only-client');
      return now.status.securityGroupRules.some(
        ({ remote_ip_prefix }) => remote_ip_prefix === again.status?.podIP,
      );
    });
    await stack.remove(at.policy('only-client'));
    await gone(stack, at.policy('only-client'));
    expect((await portOf(stack, web)).security_groups).toEqual(stack.settings.pod_security_groups);
    expect((await stack.census())['security-groups']).toEqual(before['security-groups']);
  });

  test('follows the labels of pods', async () => {
    await using stack = await startTestStack();
    await stack.make(namespace());
    await stack.make(policy('only-client', onlyClient));
    await stack.make(pod('other'));
    const other = await running(stack, 'other');
    const { status } = await applied(stack, 'only-client');
    await stack.kube.send({
      method: 'PATCH',
      path: at.pod('other'),
      contentType: 'application/merge-patch+json',
      body: { metadata: { labels: { app: 'web' } } },
    });
    await stack.until('the group on the port', async () => {
      const port = await portOf(stack, other);
      return port.security_groups[0] === status.securityGroupId;
    });
    await stack.until('a note of the labels', async () => {
      const now = await running(stack, 'other');
      return now.metadata.annotations?.['openstack.org/kuryr-pod-label'] === '{"app":"web"}';
    });
  });
});
