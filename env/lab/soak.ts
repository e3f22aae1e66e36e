/**
 * `lab soak`: pods, services and policies come and go for a while; afterwards the lab must be healthy
 * and its memory flat. It is a test of the lab, not of Kuryr.
 */
import { StackError } from '../errors.ts';
import { imageNames } from '../images/build.ts';
import { labelsFor } from '../labels.ts';
import type { Layout } from './base/layout.ts';
import type { Say } from './base/steps.ts';
import { waitFor } from './base/wait.ts';
import { LabCluster, type Manifest } from './cluster/objects.ts';
import { type MemoryUse, memoryUse } from './memory.ts';
import type { LabState } from './state.ts';
import { inspect, type Link } from './status.ts';

/** What a soak has seen. */
export interface SoakResult {
  readonly cycles: number;
  readonly failures: readonly string[];
  /** Memory after each cycle. */
  readonly memory: readonly MemoryUse[];
  readonly links: readonly Link[];
}

const answer = 'soak';
const replicas = 4;
const echo = `require('http').createServer((_, to) => to.end('${answer}')).listen(8080)`;
/** Ready as long as the service answers it. */
const client = `
const http = require('http');
const seen = (url) => new Promise((resolve) => {
  const asking = http.get(url, { timeout: 1000, agent: false }, (from) => {
    let text = '';
    from.on('data', (part) => (text += part)).on('end', () => resolve(text));
  });
  asking.on('timeout', () => asking.destroy()).on('error', () => resolve(''));
});
http.createServer(async (_, to) => {
  to.statusCode = (await seen('http://' + process.env.SERVICE + '/')) === '${answer}' ? 200 : 503;
  to.end();
}).listen(8080);`;

interface Program {
  readonly name: string;
  readonly source: string;
  readonly replicas: number;
  readonly service?: string;
}

function deployment(namespace: string, program: Program): Manifest {
  const labels = { app: program.name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: program.name, namespace },
    spec: {
      replicas: program.replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [
            {
              name: program.name,
              image: imageNames.prober,
              imagePullPolicy: 'Never',
              command: ['node', '-e', program.source],
              env: [{ name: 'SERVICE', value: program.service ?? '' }],
              readinessProbe: {
                httpGet: { port: 8080, path: '/' },
                periodSeconds: 2,
                timeoutSeconds: 2,
                failureThreshold: 1,
              },
            },
          ],
        },
      },
    },
  };
}

function objectsOf(namespace: string): Record<'space' | 'service' | 'deny', Manifest> {
  const named = (name: string): Manifest['metadata'] => ({ name, namespace });
  const app = { app: 'echo' };
  return {
    space: {
      apiVersion: 'v1',
      kind: 'Namespace',
      // Marked as a run's, so that a sweep finds what an interrupted soak has left.
      metadata: { name: namespace, labels: labelsFor(namespace.replace(/-\d+$/, '')) },
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
      spec: { podSelector: { matchLabels: app }, policyTypes: ['Ingress'], ingress: [] },
    },
  };
}

const withinMs = 420_000;

/**
 * One coming and going: the service answers a client, falls silent under a policy, and answers again
 * without it. The client is a pod, as Kuryr's policies let the nodes in.
 */
async function cycle(cluster: LabCluster, namespace: string): Promise<void> {
  const { space, service, deny } = objectsOf(namespace);
  await cluster.ensure(space);
  await cluster.ensure(deployment(namespace, { name: 'echo', source: echo, replicas }));
  await cluster.ensure(service);
  const { spec } = await cluster.core.readNamespacedService({ namespace, name: 'echo' });
  const address = spec?.clusterIP ?? '';
  const asking = { name: 'client', source: client, replicas: 1, service: address };
  await cluster.ensure(deployment(namespace, asking));
  const until = (what: string, check: () => Promise<boolean>): Promise<unknown> =>
    waitFor({ until: `${what} in ${namespace}`, withinMs, everyMs: 1000 }, check);
  const answers = async (): Promise<boolean> =>
    (await cluster.readyPods(namespace, 'client')) === 1;

  await until('the service answers', answers);
  await cluster.ensure(deny);
  await until('the policy silences the service', async () => !(await answers()));
  await cluster.remove(deny);
  await until('the policy is gone', async () => !(await cluster.has(deny)));
  await until('the service answers again', answers);
  // Kuryr keeps a namespace that is removed before (track record 23), and the lab cannot help it.
  await until('the service has all members', async () => {
    return (await cluster.membersOf(namespace, 'echo')) === replicas;
  });
  await cluster.remove(space);
  await until('the namespace is gone', async () => !(await cluster.has(space)));
}

/** Runs cycles until the time is over, then inspects the lab. */
export async function soak(
  layout: Layout,
  state: LabState,
  options: { readonly minutes: number; readonly say: Say },
): Promise<SoakResult> {
  const cluster = new LabCluster(layout);
  const endMs = Date.now() + options.minutes * 60_000;
  const failures: string[] = [];
  const memory: MemoryUse[] = [];
  let cycles = 0;
  // Names of their own, as an interrupted soak may have left some.
  const started = Math.floor(Date.now() / 1000).toString(36);
  while (Date.now() < endMs) {
    cycles += 1;
    const beganMs = Date.now();
    try {
      await cycle(cluster, `lab-soak-${started}-${cycles}`);
    } catch (error) {
      const text = `cycle ${cycles}: ${error instanceof Error ? error.message : String(error)}`;
      failures.push(text);
      options.say(`FAILED ${text}`);
    }
    const use = await memoryUse();
    memory.push(use);
    const seconds = Math.round((Date.now() - beganMs) / 1000);
    options.say(`cycle ${cycles}: ${seconds} s, ${use.processes} processes, ${use.mebibytes} MiB`);
  }
  return { cycles, failures, memory, links: await inspect(layout, state) };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** Most that memory may grow from the first to the last quarter of a soak. */
const allowedGrowth = { ratio: 1.1, mebibytes: 150 } as const;

/** Memory in MiB in the first and in the last quarter of a soak: medians, as each cycle's end differs. */
export interface Growth {
  /** A daemon's name, `pods`, or `the lab` for all of them. */
  readonly of: string;
  readonly first: number;
  readonly last: number;
}

function growthOf(
  memory: readonly MemoryUse[],
  of: string,
  sizeIn: (use: MemoryUse) => number,
): Growth {
  const quarter = Math.max(1, Math.floor(memory.length / 4));
  return {
    of,
    first: median(memory.slice(0, quarter).map(sizeIn)),
    last: median(memory.slice(-quarter).map(sizeIn)),
  };
}

/** How the memory of the whole lab went. */
export function wholeGrowth({ memory }: SoakResult): Growth {
  return growthOf(memory, 'the lab', (use) => use.mebibytes);
}

/** How the memory of each program went, what grew most first. */
export function programGrowth({ memory }: SoakResult): Growth[] {
  const programs = new Set(memory.flatMap((use) => [...use.byProgram.keys()]));
  return [...programs]
    .map((name) => growthOf(memory, name, (use) => use.byProgram.get(name) ?? 0))
    .toSorted((a, b) => b.last - b.first - (a.last - a.first));
}

/** Says a growth in words. */
export function wordsOfGrowth({ of, first, last }: Growth): string {
  const more = last - first;
  return `${of} ${first} -> ${last} MiB (${more < 0 ? '' : '+'}${more})`;
}

/** Judges a soak: one sentence per complaint. */
export function complaintsOf(result: SoakResult): string[] {
  if (result.cycles < 1) {
    throw new StackError(
      'LAB_SOAK_EMPTY',
      'Judging the soak: not one cycle ran. Give it more time.',
    );
  }
  const whole = wholeGrowth(result);
  const more = whole.last - whole.first;
  const hasGrown = whole.last > whole.first * allowedGrowth.ratio && more > allowedGrowth.mebibytes;
  const most = programGrowth(result).slice(0, 3).map(wordsOfGrowth).join(', ');
  return [
    ...result.failures,
    ...result.links
      .filter((link) => link.problem !== undefined)
      .map((link) => `broken link "${link.name}": ${link.problem ?? ''}`),
    ...(hasGrown ? [`memory has grown: ${wordsOfGrowth(whole)}; most of it: ${most}`] : []),
  ];
}
