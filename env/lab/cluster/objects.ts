/**
 * Objects that the lab itself puts into the cluster, through the official client.
 */
import {
  ApiException,
  CoreV1Api,
  KubeConfig,
  type KubernetesObject,
  KubernetesObjectApi,
  loadAllYaml,
} from '@kubernetes/client-node';
import { readFile } from 'node:fs/promises';

import type { Layout } from '../base/layout.ts';
import { waitFor } from '../base/wait.ts';

/** The administrator's view of the lab's cluster. */
export class LabCluster {
  readonly core: CoreV1Api;
  readonly #objects: KubernetesObjectApi;

  constructor(layout: Layout) {
    const config = new KubeConfig();
    config.loadFromFile(layout.kubeconfig);
    this.core = config.makeApiClient(CoreV1Api);
    this.#objects = KubernetesObjectApi.makeApiClient(config);
  }

  /** Creates an object unless one of that name exists. */
  async ensure(object: KubernetesObject): Promise<void> {
    try {
      await this.#objects.create(object);
    } catch (error) {
      if (!(error instanceof ApiException) || error.code !== 409) throw error;
    }
  }

  /** Creates every object of a manifest file. */
  async ensureFile(path: string): Promise<void> {
    for (const object of loadAllYaml(await readFile(path, 'utf8')) as KubernetesObject[]) {
      await this.ensure(object);
    }
  }

  /** Gives the token of a service account, from a Secret made for it. */
  async tokenOf(namespace: string, account: string): Promise<string> {
    const name = `${account}-lab-token`;
    await this.ensure({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, namespace, annotations: { 'kubernetes.io/service-account.name': account } },
      type: 'kubernetes.io/service-account-token',
    } as KubernetesObject);
    const token = await waitFor(
      { until: `the token of service account ${account} is filled in`, withinMs: 60_000 },
      async () => {
        const secret = await this.core.readNamespacedSecret({ namespace, name });
        return secret.data?.['token'];
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

  /** Names what keeps the cluster DNS from answering, or gives undefined. */
  async dnsProblem(): Promise<string | undefined> {
    const endpoints = await this.core.readNamespacedEndpoints({
      namespace: 'kube-system',
      name: 'kube-dns',
    });
    const ready = (endpoints.subsets ?? []).flatMap((subset) => subset.addresses ?? []);
    return ready.length > 0
      ? undefined
      : 'the Service "kube-system/kube-dns" has no ready endpoint';
  }
}
