import { expect, test } from '@playwright/test';
import type { Rule } from './api/cloud.ts';
import type { KuryrNetworkPolicy } from './api/records.ts';
import { at, gone, namespace, pod, policy, portOf, running } from './testing-objects.ts';
import { startTestStack, type TestStack, testTag } from './testing.ts';

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
    await gone(stack, at.pod('client'));
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

  test('follows the labels of pods when its handler of labels works', async () => {
    await using stack = await startTestStack({}, { deviations: { labelsUnfollowed: false } });
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

  test('sees a changed label of a pod only when the policy changes', async () => {
    await using stack = await startTestStack();
    await stack.make(namespace());
    await stack.make(policy('only-client', onlyClient));
    await stack.make(pod('other'));
    const other = await running(stack, 'other');
    const { status } = await applied(stack, 'only-client');
    const patch = (path: string, body: object): Promise<unknown> =>
      stack.kube.send({
        ...{ method: 'PATCH', path, body, contentType: 'application/merge-patch+json' },
      });
    await patch(at.pod('other'), { metadata: { labels: { app: 'web' } } });
    // A pod that comes has every policy looked at.
    await stack.make(pod('client'));
    const client = await running(stack, 'client');
    await stack.until('the rule of the new pod', async () => {
      const now = await applied(stack, 'only-client');
      return now.status.securityGroupRules.some(
        ({ remote_ip_prefix }) => remote_ip_prefix === client.status?.podIP,
      );
    });

    expect((await portOf(stack, other)).security_groups).toEqual(
      stack.settings.pod_security_groups,
    );

    await patch(at.policy('only-client'), { spec: { policyTypes: ['Ingress', 'Egress'] } });
    await stack.until('the group on the port of the old one', async () => {
      const port = await portOf(stack, other);
      return port.security_groups[0] === status.securityGroupId;
    });
  });
});
