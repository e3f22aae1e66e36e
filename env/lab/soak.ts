/**
 * `lab soak`: pods, services and policies come and go for a while; afterwards the lab must be healthy
 * and its memory flat. It is a test of the lab, not of Kuryr.
 */
import { StackError } from '../errors.ts';
import { imageNames } from '../images/build.ts';
import { labelsFor } from '../labels.ts';
import type { Layout } from './base/layout.ts';
import { enter, type Machine } from './base/machines.ts';
import { attempt } from './base/shell.ts';
import type { Say } from './base/steps.ts';
import { waitFor } from './base/wait.ts';
import { LabCluster, type Manifest } from './cluster/objects.ts';
import { describeMachines } from './machines.ts';
import { memoryUse } from './memory.ts';
import type { LabState } from './state.ts';
import { inspect, type Link } from './status.ts';

/** What a soak has seen. */
export interface SoakResult {
  readonly cycles: number;
  readonly failures: readonly string[];
  /** Memory in MiB after each cycle. */
  readonly memory: readonly number[];
  readonly links: readonly Link[];
}

const app = { app: 'soak' };
const answer = 'soak';
const server = `require('http').createServer((_, to) => to.end('${answer}')).listen(8080)`;

function objectsOf(namespace: string): Record<'space' | 'pods' | 'service' | 'deny', Manifest> {
  const named = (name: string): Manifest['metadata'] => ({ name, namespace });
  return {
    space: {
      apiVersion: 'v1',
      kind: 'Namespace',
      // Marked as a run's, so that a sweep finds what an interrupted soak has left.
      metadata: { name: namespace, labels: labelsFor('lab-soak') },
    },
    pods: {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: named('echo'),
      spec: {
        replicas: 4,
        selector: { matchLabels: app },
        template: {
          metadata: { labels: app },
          spec: {
            terminationGracePeriodSeconds: 1,
            containers: [
              {
                name: 'echo',
                image: imageNames.prober,
                imagePullPolicy: 'Never',
                command: ['node', '-e', server],
                readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 2 },
              },
            ],
          },
        },
      },
    },
    service: {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: named('echo'),
      spec: { selector: app, ports: [{ port: 80, targetPort: 8080 }] },
    },
    deny: {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: named('deny'),
      spec: { podSelector: {}, policyTypes: ['Ingress'], ingress: [] },
    },
  };
}

async function get(machine: Machine, address: string): Promise<string | undefined> {
  return attempt([...enter(machine), 'curl', '-s', '-m', '2', `http://${address}/`]);
}

const withinMs = 420_000;

/**
 * One coming and going. The vantage is the control plane, which Kuryr's policies do not let in: the
 * service answers, falls silent under the policy, and answers again without it.
 */
async function cycle(cluster: LabCluster, vantage: Machine, namespace: string): Promise<void> {
  const objects = objectsOf(namespace);
  for (const object of [objects.space, objects.pods, objects.service]) await cluster.ensure(object);
  const { spec } = await cluster.core.readNamespacedService({ namespace, name: 'echo' });
  const address = spec?.clusterIP ?? '';
  const until = (what: string, check: () => Promise<boolean>): Promise<unknown> =>
    waitFor({ until: `${what} in ${namespace}`, withinMs, everyMs: 1000 }, check);
  const answers = async (): Promise<boolean> => (await get(vantage, address)) === answer;

  await until('the service answers', answers);
  await cluster.ensure(objects.deny);
  await until('the policy silences the service', async () => !(await answers()));
  await cluster.remove(objects.deny);
  await until('the policy is gone', async () => !(await cluster.has(objects.deny)));
  await until('the service answers again', answers);
  await cluster.remove(objects.space);
  await until('the namespace is gone', async () => !(await cluster.has(objects.space)));
}

/** Runs cycles until the time is over, then inspects the lab. */
export async function soak(
  layout: Layout,
  state: LabState,
  options: { readonly minutes: number; readonly say: Say },
): Promise<SoakResult> {
  const cluster = new LabCluster(layout);
  const { controlPlane } = describeMachines(layout, state.workers);
  const endMs = Date.now() + options.minutes * 60_000;
  const failures: string[] = [];
  const memory: number[] = [];
  let cycles = 0;
  while (Date.now() < endMs) {
    cycles += 1;
    const beganMs = Date.now();
    try {
      await cycle(cluster, controlPlane, `lab-soak-${cycles}`);
    } catch (error) {
      failures.push(`cycle ${cycles}: ${error instanceof Error ? error.message : String(error)}`);
    }
    const use = await memoryUse();
    memory.push(use.mebibytes);
    const seconds = Math.round((Date.now() - beganMs) / 1000);
    options.say(
      `cycle ${cycles}: ${seconds} s, ${use.processes} processes, ${use.mebibytes} MiB${failures.at(-1)?.startsWith(`cycle ${cycles}:`) === true ? ' FAILED' : ''}`,
    );
  }
  return { cycles, failures, memory, links: await inspect(layout, state) };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** Most that memory may grow from the first to the last quarter of a soak. */
const allowedGrowth = { ratio: 1.1, mebibytes: 150 } as const;

/** Judges a soak: one sentence per complaint. */
export function complaintsOf(result: SoakResult): string[] {
  if (result.cycles < 1) {
    throw new StackError(
      'LAB_SOAK_EMPTY',
      'Judging the soak: not one cycle ran. Give it more time.',
    );
  }
  const quarter = Math.max(1, Math.floor(result.memory.length / 4));
  const first = median(result.memory.slice(0, quarter));
  const last = median(result.memory.slice(-quarter));
  const hasGrown = last > first * allowedGrowth.ratio && last - first > allowedGrowth.mebibytes;
  return [
    ...result.failures,
    ...result.links
      .filter((link) => link.problem !== undefined)
      .map((link) => `broken link "${link.name}": ${link.problem ?? ''}`),
    ...(hasGrown ? [`memory has grown from ${first} to ${last} MiB`] : []),
  ];
}
