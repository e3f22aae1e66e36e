import { fileURLToPath } from 'node:url';
import { expect, test } from '@playwright/test';
import type { KubernetesTemper } from '../../env/testing/kubernetes.ts';
import { startTestSite, type TestSite } from '../../env/testing/site.ts';
import { Namespace, type NamespaceContext } from './namespace.ts';
import { openContext } from './testing.ts';

const example = fileURLToPath(new URL('../../env/testing/profiles/example.yaml', import.meta.url));

interface Site extends TestSite {
  readonly context: NamespaceContext;
}

async function siteOf(temper: KubernetesTemper = {}): Promise<Site> {
  const site = await startTestSite(temper);
  const opened = await openContext(site.access, example);
  return {
    ...site,
    context: opened.context,
    [Symbol.asyncDispose]: async () => {
      await opened[Symbol.asyncDispose]();
      await site[Symbol.asyncDispose]();
    },
  };
}

test.describe('a pod that does not get ready', () => {
  const late = (status: object, spec: object = { nodeName: 'w1' }): Promise<Site> =>
    siteOf({
      onCreate: (object) => {
        if (object.kind === 'Pod') {
          Object.assign(object['spec'] as object, spec);
          object['status'] = { phase: 'Pending', ...status };
        }
      },
    });

  test("is explained by the first broken link of Kuryr's chain", async () => {
    await using site = await late({});
    const namespace = await Namespace.create(site.context);
    const of = `/api/v1/namespaces/${namespace.name}`;
    site.kubernetes.put(`${of}/events`, {
      metadata: { name: 'e' },
      involvedObject: { kind: 'Pod', name: 'a' },
      type: 'Warning',
      reason: 'FailedCreatePodSandBox',
      message: 'CNI timed out',
    });

    await expect(namespace.pod('a')).rejects.toMatchObject({
      name: 'PodNotReadyError',
      message:
        `pod ${namespace.name}/a was not ready within 0.3 s (budget "podReady"): Pending on node w1.\n` +
        "  Kuryr's controller has made no KuryrPort for it.\n" +
        '  FailedCreatePodSandBox: CNI timed out',
    });
    const ports = `/apis/openstack.org/v1/namespaces/${namespace.name}/kuryrports`;
    site.kubernetes.put(ports, {
      metadata: { name: 'b' },
      spec: { podUid: 'u', podNodeName: 'w1' },
    });
    await expect(namespace.pod('b')).rejects.toThrow(
      'has made a KuryrPort for node "w1" but no Neutron port in it.',
    );
    const vif = {
      'versioned_object.name': 'VIFVlanNested',
      'versioned_object.data': { id: 'port-7', active: false },
    };
    site.kubernetes.put(ports, {
      metadata: { name: 'c' },
      spec: { podUid: 'u', podNodeName: 'w1' },
      status: { vifs: { eth0: { vif } } },
    });
    await expect(namespace.pod('c')).rejects.toThrow(
      'Its Neutron port port-7 (VIFVlanNested) is not active in KuryrPort.',
    );
  });

  test('for want of a node, an image or a prober is stack trouble', async () => {
    const unscheduled = {
      conditions: [{ type: 'PodScheduled', status: 'False', message: '0/2 nodes are available' }],
    };
    const container = (state: object) => ({ containerStatuses: [{ state }] });
    const cases = [
      [unscheduled, {}, 'POD_NOT_SCHEDULED', '0/2 nodes are available'],
      [{}, { nodeName: 'gone' }, 'NODE_NOT_READY', 'Node "gone" is not ready'],
      [
        container({ waiting: { reason: 'ErrImageNeverPull', message: 'not present' } }),
        undefined,
        'POD_NOT_STARTED',
        'ErrImageNeverPull (not present)',
      ],
      [
        container({ terminated: { exitCode: 1 } }),
        undefined,
        'PROBER_ENDED',
        'ended with status 1',
      ],
    ] as const;
    for (const [status, spec, code, text] of cases) {
      await using site = await late(status, spec);
      const namespace = await Namespace.create(site.context);

      await expect(namespace.pod('a')).rejects.toMatchObject({
        code,
        message: expect.stringContaining(text),
      });
    }
  });
});
