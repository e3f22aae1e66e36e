/**
 * Objects that the lab itself puts into the cluster, through the official client.
 */
import {
  ApiException,
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  KubernetesObjectApi,
  loadAllYaml,
} from '#kubernetes-client';
import { readFile } from 'node:fs/promises';

import type { Layout } from '../base/layout.ts';
import { waitFor } from '../base/wait.ts';

const accountAnnotation = 'kubernetes.io/service-account.name';

/** An object of the cluster as the lab writes it down. */
export interface Manifest extends Readonly<Record<string, unknown>> {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Readonly<{
    name: string;
    namespace?: string;
    labels?: Readonly<Record<string, string>>;
    annotations?: Readonly<Record<string, string>>;
  }>;
}

/** The administrator's view of the lab's cluster. */
export class LabCluster {
  readonly core: CoreV1Api;
  readonly #custom: CustomObjectsApi;
  readonly #objects: KubernetesObjectApi;

  constructor(layout: Layout) {
    const config = new KubeConfig();
    config.loadFromFile(layout.kubeconfig);
    this.core = config.makeApiClient(CoreV1Api);
    this.#custom = config.makeApiClient(CustomObjectsApi);
    this.#objects = KubernetesObjectApi.makeApiClient(config);
  }

  /** Creates an object unless one of that name exists. */
  async ensure(object: Manifest): Promise<void> {
    try {
      await this.#objects.create(object);
    } catch (error) {
      // A Service that asks for an address it has already is called invalid, not a conflict.
      const isRefused = error instanceof ApiException && [409, 422].includes(error.code);
      if (!isRefused || !(await this.has(object))) throw error;
    }
  }

  /** Deletes an object unless it is gone. */
  async remove(object: Manifest): Promise<void> {
    try {
      await this.#objects.delete(object);
    } catch (error) {
      if (!(error instanceof ApiException) || error.code !== 404) throw error;
    }
  }

  /** Tells whether there is such an object. */
  async has(object: Manifest): Promise<boolean> {
    try {
      await this.#objects.read(object);
      return true;
    } catch (error) {
      if (error instanceof ApiException && error.code === 404) return false;
      throw error;
    }
  }

  /** How many pods with this label `app` are ready. */
  async readyPods(namespace: string, app: string): Promise<number> {
    const { items } = await this.core.listNamespacedPod({ namespace, labelSelector: `app=${app}` });
    return items.filter((pod) =>
      pod.status?.conditions?.some((each) => each.type === 'Ready' && each.status === 'True'),
    ).length;
  }

  /** How many members Kuryr has given the pools of a Service; none before it has begun. */
  async membersOf(namespace: string, service: string): Promise<number> {
    try {
      const found = (await this.#custom.getNamespacedCustomObject({
        group: 'openstack.org',
        version: 'v1',
        plural: 'kuryrloadbalancers',
        namespace,
        name: service,
      })) as { readonly status?: { readonly members?: readonly unknown[] } };
      return found.status?.members?.length ?? 0;
    } catch (error) {
      if (error instanceof ApiException && error.code === 404) return 0;
      throw error;
    }
  }

  /** Creates every object of a manifest file. */
  async ensureFile(path: string): Promise<void> {
    for (const object of loadAllYaml(await readFile(path, 'utf8')) as Manifest[]) {
      await this.ensure(object);
    }
  }

  /** Gives the token of a service account, from a Secret made for it. */
  async tokenOf(namespace: string, account: string): Promise<string> {
    const name = `${account}-lab-token`;
    const secret: Manifest = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace, annotations: { [accountAnnotation]: account } },
      type: 'kubernetes.io/service-account-token',
    };
    await this.ensure(secret);
    const token = await waitFor(
      { until: `the token of service account ${account} is filled in`, withinMs: 60_000 },
      async () => {
        const found = await this.core.readNamespacedSecret({ namespace, name });
        return found.data?.['token'];
      },
    );
    return Buffer.from(token, 'base64').toString('utf8');
  }

  /** Names of the nodes and whether each is ready. */
  async nodes(): Promise<{ name: string; isReady: boolean }[]> {
    const { items } = await this.core.listNode();
    return items.map((node) => ({
      name: node.metadata?.name ?? '',
      isReady:
        node.status?.conditions?.some((each) => each.type === 'Ready' && each.status === 'True') ===
        true,
    }));
  }
}
