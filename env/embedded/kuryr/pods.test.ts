import { expect, test } from '@playwright/test';
import type { KuryrNetwork, KuryrPort } from './api/records.ts';
import type { Pod } from './api/resources.ts';
import { vifData } from './api/vif.ts';
import { defaultVif } from './controller/pod-records.ts';
import {
  at,
  gone,
  leavesNothing,
  namespace,
  pod,
  portOf,
  reasons,
  running,
} from './testing-objects.ts';
import { startTestStack, testTag } from './testing.ts';

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
