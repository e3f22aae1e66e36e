/**
 * Objects of tests, and the words by which a test follows them through a stack.
 */
import type { Port } from './api/cloud.ts';
import type { KuryrLoadBalancer } from './api/records.ts';
import type { Pod, Resource } from './api/resources.ts';
import type { Manifest } from './objects/crds.ts';
import type { TestStack } from './testing.ts';

/** The namespace of most tests. */
export const space = 'demo';

export function namespace(name: string = space, annotations: object = {}): Manifest {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, annotations } };
}

/** A pod that does nothing. */
export function pod(name: string, spec: object = {}): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: space, labels: { app: name } },
    spec: {
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          name: 'main',
          image: 'localhost/kuryr-conformance/prober',
          command: ['sleep', 'infinity'],
          imagePullPolicy: 'Never',
          ports: [{ name: 'http', containerPort: 8080 }],
        },
      ],
      ...spec,
    },
  };
}

/** A service in front of the pod "web". */
export function service(name: string, spec: object = {}, annotations: object = {}): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: space, annotations },
    spec: {
      selector: { app: 'web' },
      ports: [{ port: 80, targetPort: 8080, protocol: 'TCP' }],
      ...spec,
    },
  };
}

export function policy(name: string, spec: object): Manifest {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace: space },
    spec,
  };
}

/** Paths of objects in the namespace of tests. */
export const at = {
  namespace: `/api/v1/namespaces/${space}`,
  pod: (name: string): string => `/api/v1/namespaces/${space}/pods/${name}`,
  service: (name: string): string => `/api/v1/namespaces/${space}/services/${name}`,
  endpoints: (name: string): string => `/api/v1/namespaces/${space}/endpoints/${name}`,
  events: `/api/v1/namespaces/${space}/events`,
  policy: (name: string): string =>
    `/apis/networking.k8s.io/v1/namespaces/${space}/networkpolicies/${name}`,
  record: (plural: string, name: string): string =>
    `/apis/openstack.org/v1/namespaces/${space}/${plural}/${name}`,
} as const;

/** Waits until a pod runs. */
export async function running(stack: TestStack, name: string): Promise<Pod> {
  return stack.until(`pod ${name} running`, async () => {
    const found = await stack.get<Pod>(at.pod(name));
    const isRunning = found?.status?.phase === 'Running' && found.status.podIP !== undefined;
    return isRunning ? found : undefined;
  });
}

/** Waits until an object is gone. */
export async function gone(stack: TestStack, path: string): Promise<void> {
  await stack.until(`${path} gone`, async () => (await stack.get(path)) === undefined);
}

/** Waits until a load balancer has so many members. */
export async function balanced(
  stack: TestStack,
  name: string,
  members: number,
): Promise<KuryrLoadBalancer> {
  return stack.until(`${members} members of ${name}`, async () => {
    const found = await stack.get<KuryrLoadBalancer>(at.record('kuryrloadbalancers', name));
    return found?.status?.loadbalancer !== undefined &&
      (found.status.members ?? []).length === members
      ? found
      : undefined;
  });
}

/** The port in Neutron that has a pod's address. */
export async function portOf(stack: TestStack, { status }: Pod): Promise<Port> {
  const ports = await stack.cloud.list<Port>('ports', {
    fixed_ips: `ip_address=${status?.podIP ?? ''}`,
  });
  const found = ports.find(({ device_owner }) => device_owner !== 'network:router_interface');
  if (found === undefined) throw new Error(`No port has the address ${status?.podIP ?? ''}.`);
  return found;
}

/** The reasons of the events about an object. */
export async function reasons(stack: TestStack, name: string): Promise<string[]> {
  const list = (await stack.kube.get(at.events)) as {
    items: (Resource & { involvedObject: { name: string }; reason: string })[];
  };
  return list.items
    .filter((event) => event.involvedObject.name === name)
    .map(({ reason }) => reason);
}

/** Ends a test: the namespace goes, and nothing is left of it. */
export async function leavesNothing(stack: TestStack, before: unknown): Promise<void> {
  await stack.remove(at.namespace);
  await gone(stack, at.namespace);
  const wanted = JSON.stringify(before);
  await stack.until('an empty census', async () => JSON.stringify(await stack.census()) === wanted);
}
