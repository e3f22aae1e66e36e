/**
 * Vantages and tables over real probers: three of them on addresses of loopback stand for pods.
 */
import { V1Pod } from '#kubernetes-client';
import { expect, test } from '@playwright/test';
import type { ProcessHandle } from '#env';
import { LastingChannels } from './node-vantages.ts';
import { startServer as serveAt } from './server.ts';
import { outsideName, Probes, type ProbingPod } from './probes.ts';
import { type LocalProber, startProber, startServer, udpServer } from './testing.ts';
import { analyseChange } from './watch.ts';
import { expectedTable } from './truth-table.ts';

interface Pods extends AsyncDisposable {
  readonly probes: Probes;
  readonly pods: readonly ProbingPod[];
  readonly port: number;
  readonly processes: readonly LocalProber[];
}

const signal = AbortSignal.timeout(60_000);

async function threePods(): Promise<Pods> {
  const marks = ['--run', 'run-1', '--scenario', 'unit'];
  const first = await startServer('p1');
  const [port = 0] = first.ports.tcp;
  const rest = [2, 3].map((number) =>
    startProber(
      ...['serve', ...marks, '--pod', `p${number}`, '--bind', `127.0.0.${number}`],
      '--tcp',
      `${port}`,
    ),
  );
  await Promise.all(rest.map((prober) => prober.said(({ event }) => event === 'serving')));
  const processes: LocalProber[] = [first, ...rest];
  const pods = processes.map((_, index) => ({
    ...{ namespace: 'demo', name: `p${index + 1}`, uid: `${index}`, ip: `127.0.0.${index + 1}` },
  }));
  const attach = ({ name }: { name: string }) =>
    Promise.resolve(processes[Number(name.slice(1)) - 1] as unknown as Attached);
  const lasting = outsideHere();
  const probes = new Probes({ cluster: { attach }, lasting, runId: 'run-1', scenario: 'unit' });
  return {
    ...{ probes, pods, port, processes },
    [Symbol.asyncDispose]: async () => {
      probes[Symbol.dispose]();
      await lasting[Symbol.asyncDispose]();
      await Promise.all(processes.map((prober) => prober[Symbol.asyncDispose]()));
    },
  };
}

function firstOf({ pods }: Pods): ProbingPod {
  const [first] = pods;
  if (first === undefined) throw new Error('there are no pods');
  return first;
}

type Attached = Awaited<ReturnType<ConstructorParameters<typeof Probes>[0]['cluster']['attach']>>;
type ClusterPart = ConstructorParameters<typeof LastingChannels>[0]['cluster'];

const images = { prober: 'prober', resolverMusl: '', resolverGo: '', pullPolicy: 'Never' } as const;

function outsideHere(cluster: Partial<ClusterPart> = {}): LastingChannels {
  const outside = (argv: readonly string[]): ProcessHandle => startProber(...argv.slice(2));
  return new LastingChannels({
    ...{ runId: 'run-1', owner: 'w0', stack: { outside, profile: { images } } },
    cluster: cluster as ClusterPart,
  });
}

test.describe('a table of who reaches whom', () => {
  test('is measured by all pods at once', async () => {
    await using site = await threePods();
    const target = { protocol: 'TCP', port: site.port } as const;

    const table = await site.probes.table(site.pods, target);

    expect(table.cells).toHaveLength(9);
    expect(table.compare(() => 'open')).toMatchObject({ matches: true, mismatches: [] });
    const seen = await site.probes.tableOf(site.pods, target).read(signal);
    expect(seen).toEqual(expectedTable(site.pods, target, () => 'open'));
  });

  test('takes a pod that answers in the place of another for a wrong answer', async () => {
    await using site = await threePods();
    const [one, two] = site.pods as [ProbingPod, ProbingPod];
    const moved = [{ ...one, ip: '127.0.0.2' }, two];

    const table = await site.probes.table(moved, { protocol: 'TCP', port: site.port });

    expect(table.compare(() => 'open').mismatches[0]).toContain(
      'expected open, saw wrong-answer by p2 (answered by pod "p2", expected "p1")',
    );
  });

  test('is a ProbeError when a pod has died', async () => {
    await using site = await threePods();
    site.processes[1]?.kill();

    await expect(
      site.probes.table(site.pods, { protocol: 'TCP', port: site.port }),
    ).rejects.toThrow('Probing from pod demo/p2: its control channel broke twice');
  });
});

test.describe('a vantage', () => {
  test('reads what a probe sees, under a name that says what and from where', async () => {
    await using site = await threePods();
    const [one] = site.pods as [ProbingPod];
    const reading = site.probes.in(one).tcp('127.0.0.2', site.port, { expect: { pods: ['p2'] } });

    expect(reading.name).toBe(`TCP probe of 127.0.0.2:${site.port}/TCP from pod demo/p1`);
    expect(await reading.read(signal)).toMatchObject({
      verdict: 'open',
      answeredBy: { pod: 'p2' },
    });
  });

  test('probes from outside with the marks of the scenario', async () => {
    await using site = await threePods();
    const stranger = await startServer('p9');
    const { outside } = site.probes;

    expect(await outside.http('127.0.0.1', stranger.ports.http[0] ?? 0).read(signal)).toMatchObject(
      {
        verdict: 'open',
        vantage: 'outside',
      },
    );
    expect(await outside.connects('127.0.0.1', site.port).read(signal)).toMatchObject({
      verdict: 'open',
    });
    const other = await outside
      .tcp('127.0.0.1', site.port, { expect: { scenario: 'other' } })
      .read(signal);
    expect(other).toMatchObject({ verdict: 'wrong-answer' });
    await stranger[Symbol.asyncDispose]();
  });

  test('gives a probe that could not run as a ProbeError, never as a value', async () => {
    await using site = await threePods();

    await expect(site.probes.outside.tcp('no.invalid', 80).read(signal)).rejects.toThrow(
      'Probing no.invalid:80/TCP from outside: the name "no.invalid" could not be resolved',
    );
  });

  test('counts a silence only beside a live control', async () => {
    await using site = await threePods();
    using silence = await udpServer(() => undefined);
    const { outside } = site.probes;
    const silent = outside.probe(
      'udp',
      { host: '127.0.0.1', port: silence.port },
      { timeoutMs: 200 },
    );
    const live = outside.probe('tcp', { host: '127.0.0.1', port: site.port });

    expect(await outside.beside(live, silent).read(signal)).toMatchObject({ verdict: 'dropped' });
    await expect(outside.beside(silent, silent).read(signal)).rejects.toThrow(
      'this live control was dropped (no answer within 200 ms)',
    );
  });

  test('samples across a change', async () => {
    await using site = await threePods();
    const [one] = site.pods as [ProbingPod];
    const vantage = site.probes.in(one);
    const probe = vantage.probe('tcp', { host: '127.0.0.3', port: site.port });
    const watch = await vantage.watch(probe, { everyMs: 20 });
    await expect.poll(() => site.processes[2]?.stdout.readable).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const at = Date.now();
    site.processes[2]?.kill();
    await site.processes[2]?.exited;
    await new Promise((resolve) => setTimeout(resolve, 300));

    const analysis = analyseChange(await watch.stop(), {
      at,
      isCorrect: ({ verdict }) => verdict === 'rejected',
    });

    expect(analysis).toMatchObject({ correctBefore: 0, notRun: 0 });
    expect(analysis.samplesBefore).toBeGreaterThan(5);
    expect(analysis.stableMs).toBeLessThan(250);
  });

  test('looks names up', async () => {
    await using site = await threePods();

    const reading = site.probes.outside.lookup('localhost', {
      family: 4,
      addresses: ['127.0.0.1'],
    });

    expect(reading.name).toBe('look-up of localhost through libc from outside');
    expect(await reading.read(signal)).toMatchObject({ verdict: 'open', addresses: ['127.0.0.1'] });
  });
});

test.describe('a node as a vantage', () => {
  test('is a pod in the network of the node, made once and removed at the end', async () => {
    const applied: { kind: string; metadata: object; spec?: object }[] = [];
    const removed: string[] = [];
    await using prober = startProber('control');
    const lasting = outsideHere({
      apply: (object) => {
        applied.push(object as (typeof applied)[0]);
        return Promise.resolve(object);
      },
      remove: ({ kind, metadata }) => {
        removed.push(`${kind} ${metadata.namespace ?? ''}/${metadata.name}`);
        return Promise.resolve();
      },
      podOf: (namespace, name) => ({
        name: `${namespace}/${name}`,
        read: () => Promise.resolve(Object.assign(new V1Pod(), { status: { phase: 'Running' } })),
      }),
      attach: () => Promise.resolve(prober as unknown as Attached),
    });
    const probes = new Probes({
      cluster: { attach: () => Promise.reject(new Error()) },
      lasting,
      runId: 'r',
      scenario: 's',
    });

    await probes.on('n1').batch([]);
    await probes.on({ name: 'n1' }).batch([]);
    await lasting[Symbol.asyncDispose]();

    expect(applied.map(({ kind }) => kind)).toEqual(['ConfigMap', 'Pod']);
    expect(applied[1]).toMatchObject({
      metadata: { labels: { 'kuryr-conformance.io/run': 'run-1' } },
      spec: { hostNetwork: true, nodeName: 'n1', tolerations: [{ operator: 'Exists' }] },
    });
    expect(removed).toHaveLength(2);
    expect(removed[0]).toMatch(/^Pod default\/kc-node-run-1-[0-9a-f]{8}$/);
  });
});

test.describe('a vantage about itself', () => {
  test('tells its resolver, its devices and its address, and can be ended', async () => {
    await using set = await threePods();
    const inside = set.probes.in(firstOf(set));

    expect(await inside.devices.read(signal)).toContainEqual({ name: 'lo', mtu: 65_536, kind: '' });
    expect(await inside.resolver.read(signal)).toEqual({
      nameservers: expect.any(Array),
      searches: expect.any(Array),
      options: expect.any(Array),
    });
    expect(await inside.facing('127.0.0.9')).toBe('127.0.0.1');
    await inside.end();
    expect(await set.processes[0]?.exited).toBe(0);
  });
});

test.describe('a server at the outside vantage', () => {
  test('answers with the marks of the scenario until the scenario ends', async () => {
    await using set = await threePods();
    const { probes } = set;
    const server = await probes.serveOutside();
    const inside = probes.in(firstOf(set));
    const expected = { expect: { pods: [outsideName] } };

    for (const [kind, port] of [
      ['tcp', server.tcpPort],
      ['udp', server.udpPort],
    ] as const) {
      expect(await inside[kind]('127.0.0.1', port, expected).read(signal)).toMatchObject({
        verdict: 'open',
        answeredBy: { run: 'run-1', scenario: 'unit', pod: 'outside' },
      });
    }
  });

  test('that does not start is trouble of the probe', async () => {
    const outside = (): ProcessHandle => startProber('nonsense');

    await expect(serveAt(outside, { run: 'r', scenario: 's', pod: 'p' })).rejects.toThrow(
      'Starting the server "p": it ended with status 1.',
    );
  });
});
