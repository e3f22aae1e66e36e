/**
 * Both sides of a stack for our tests: an API server that makes pods ready at once, and an empty cloud.
 */
import type { StackAccess } from '../stack.ts';
import { startTestCloud, type TestCloud } from './cloud.ts';
import {
  type KubernetesTemper,
  startTestKubernetes,
  type Stored,
  type TestKubernetes,
} from './kubernetes.ts';

/** Both sides of a stack. */
export interface TestSite extends AsyncDisposable {
  readonly kubernetes: TestKubernetes;
  readonly cloud: TestCloud;
  readonly access: StackAccess;
}

const collections = ['networks', 'subnets', 'ports', 'security-groups', 'floatingips', 'trunks'];

/** Starts both sides; without a reaction of the test's own, pods are ready as soon as they are made. */
export async function startTestSite(temper: KubernetesTemper = {}): Promise<TestSite> {
  const react = temper.onCreate ?? readily();
  const kubernetes = await startTestKubernetes({
    ...temper,
    onCreate: (object, path) => {
      react(object, path);
      if (object.kind === 'Namespace') {
        kubernetes.put(`/api/v1/namespaces/${object.metadata.name}/serviceaccounts`, {
          metadata: { name: 'default' },
        });
      }
    },
  });
  kubernetes.put('/api/v1/nodes', {
    metadata: { name: 'w1' },
    spec: {},
    status: { conditions: [{ type: 'Ready', status: 'True' }] },
  });
  const cloud = await startTestCloud({
    shelves: {
      ...Object.fromEntries(collections.map((path): [string, []] => [`/network/v2.0/${path}`, []])),
      '/lb/v2/lbaas/loadbalancers': [],
      '/lb/v2/lbaas/listeners': [],
    },
  });
  const { kubeconfigPath } = kubernetes;
  const { cloudsYamlPath } = cloud;
  return {
    kubernetes,
    cloud,
    access: { kubeconfigPath, cloudsYamlPath, cloudName: 'test' },
    [Symbol.asyncDispose]: async () => {
      await kubernetes[Symbol.asyncDispose]();
      await cloud[Symbol.asyncDispose]();
    },
  };
}

/** Plays scheduler, kubelet and service controller. */
function readily(): (object: Stored) => void {
  let pods = 0;
  return (object) => {
    if (object.kind === 'Pod') {
      pods += 1;
      Object.assign(object['spec'] as object, { nodeName: 'w1' });
      object['status'] = {
        phase: 'Running',
        podIP: `10.20.0.${pods}`,
        conditions: [{ type: 'Ready', status: 'True' }],
      };
    }
    if (object.kind === 'Service') {
      Object.assign(object['spec'] as object, { clusterIP: '10.79.0.7' });
    }
  };
}
