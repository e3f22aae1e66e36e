/**
 * Removes the sandboxes of pods that are gone, on one worker or several. It is a program of its own, so
 * that it outlives `lab up`: `node sandbox-keeper.mjs FOLDER...`, each of them the group of a containerd.
 *
 * A kubelet of 1.20 gives up a pod only when its sandbox is removed, and removes sandboxes once a minute,
 * one after another; Kuryr takes 5 s for each (docs/track-record.md, 4). A kubelet removes the containers
 * of a pod that is to go at once, so a sandbox that is not ready and has none belongs to such a pod.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { argv, stdout } from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { credentials, loadPackageDefinition } from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';

/** What is needed of `runtime.v1`, the interface of container runtimes: the numbers are the kubelet's too. */
const runtimeInterface = {
  nested: {
    runtime: {
      nested: {
        v1: {
          nested: {
            RuntimeService: {
              methods: {
                ListPodSandbox: {
                  requestType: 'ListPodSandboxRequest',
                  responseType: 'ListPodSandboxResponse',
                },
                ListContainers: {
                  requestType: 'ListContainersRequest',
                  responseType: 'ListContainersResponse',
                },
                RemovePodSandbox: {
                  requestType: 'RemovePodSandboxRequest',
                  responseType: 'RemovePodSandboxResponse',
                },
              },
            },
            ListPodSandboxRequest: { fields: {} },
            ListPodSandboxResponse: {
              fields: { items: { rule: 'repeated', type: 'PodSandbox', id: 1 } },
            },
            PodSandbox: {
              fields: {
                id: { type: 'string', id: 1 },
                metadata: { type: 'PodSandboxMetadata', id: 2 },
                state: { type: 'PodSandboxState', id: 3 },
              },
            },
            PodSandboxMetadata: {
              fields: { name: { type: 'string', id: 1 }, namespace: { type: 'string', id: 3 } },
            },
            PodSandboxState: { values: { SANDBOX_READY: 0, SANDBOX_NOTREADY: 1 } },
            ListContainersRequest: { fields: {} },
            ListContainersResponse: {
              fields: { containers: { rule: 'repeated', type: 'Container', id: 1 } },
            },
            Container: { fields: { pod_sandbox_id: { type: 'string', id: 2 } } },
            RemovePodSandboxRequest: { fields: { pod_sandbox_id: { type: 'string', id: 1 } } },
            RemovePodSandboxResponse: { fields: {} },
          },
        },
      },
    },
  },
};

/**
 * @typedef {{ id: string, state: string, metadata: { name: string, namespace: string } }} Sandbox
 * @typedef {{ items: Sandbox[] }} Sandboxes
 * @typedef {{ containers: { pod_sandbox_id: string }[] }} Containers
 */

const everyMs = 1_000;
const answerMs = 10_000;
/** A CNI DEL may take Kuryr long. */
const removalMs = 180_000;

const definition = fromJSON(/** @type {any} */ (runtimeInterface), {
  ...{ keepCase: true, enums: String, defaults: true },
});
const { runtime } = /** @type {any} */ (loadPackageDefinition(definition));

/** One containerd, by the group that its process is in. */
class Node {
  #group;
  /** The sandboxes that had no containers at the last look. @type {Set<string>} */
  #empty = new Set();
  /** @type {Set<string>} */
  #leaving = new Set();
  /** @type {any} */
  #client;
  #pid = '';

  /** @param {string} group */
  constructor(group) {
    this.#group = group;
  }

  /** Has those sandboxes removed that were empty at this look and at the one before. */
  async look() {
    const client = await this.#connected();
    /** @type {Sandboxes} */
    const { items } = await asked(client.ListPodSandbox.bind(client), {}, answerMs);
    const idle = items.filter(({ state }) => state === 'SANDBOX_NOTREADY');
    if (idle.length === 0) {
      this.#empty.clear();
      return;
    }
    /** @type {Containers} */
    const { containers } = await asked(client.ListContainers.bind(client), {}, answerMs);
    const used = new Set(containers.map((each) => each.pod_sandbox_id));
    const empty = idle.filter(({ id }) => !used.has(id) && !this.#leaving.has(id));
    for (const sandbox of empty.filter(({ id }) => this.#empty.has(id)))
      void this.#remove(client, sandbox);
    this.#empty = new Set(empty.map(({ id }) => id));
  }

  /**
   * @param {any} client
   * @param {Sandbox} sandbox
   */
  async #remove(client, { id, metadata }) {
    this.#leaving.add(id);
    const began = Date.now();
    const pod = `${metadata.namespace}/${metadata.name}`;
    try {
      await asked(client.RemovePodSandbox.bind(client), { pod_sandbox_id: id }, removalMs);
      say(`removed the sandbox of ${pod} in ${Date.now() - began} ms`);
    } catch (error) {
      say(`did not remove the sandbox of ${pod}: ${/** @type {Error} */ (error).message}`);
    } finally {
      this.#leaving.delete(id);
    }
  }

  /** The socket is seen through the root of the process, as it is in the node's own file system. */
  async #connected() {
    const [pid = ''] = (await readFile(join(this.#group, 'cgroup.procs'), 'utf8')).split('\n');
    if (pid !== this.#pid) {
      this.#client?.close();
      const socket = `unix:/proc/${pid}/root/run/containerd/containerd.sock`;
      this.#client = new runtime.v1.RuntimeService(socket, credentials.createInsecure());
      this.#pid = pid;
    }
    return this.#client;
  }
}

/**
 * @param {(request: object, options: object, answered: (error: Error | null, answer: any) => void) => void} method
 * @param {object} request
 * @param {number} withinMs
 * @returns {Promise<any>}
 */
function asked(method, request, withinMs) {
  return new Promise((resolve, reject) => {
    method(request, { deadline: new Date(Date.now() + withinMs) }, (error, answer) => {
      if (error === null) resolve(answer);
      else reject(error);
    });
  });
}

/** @param {string} text */
function say(text) {
  stdout.write(`${new Date().toISOString()} ${text}\n`);
}

/** @param {Node} node */
async function keep(node) {
  let trouble = '';
  for (;;) {
    try {
      await node.look();
      trouble = '';
    } catch (error) {
      // containerd may be ending, or not answer yet.
      const { message } = /** @type {Error} */ (error);
      if (message !== trouble) say(message);
      trouble = message;
    }
    await pause(everyMs);
  }
}

await Promise.all(argv.slice(2).map((group) => keep(new Node(group))));
