/**
 * Containers: the prober's own file from end to end, other programs, and what cannot be run.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { expect, test } from '@playwright/test';
import { ClusterNames } from '../../../images/programs/cluster-names.mjs';
import type { RunningProcess } from '../../seams.ts';
import { TestSite } from '../testing/site.ts';

const image = 'localhost/kuryr-conformance/prober:lab';
const prober = readFileSync(
  new URL('../../../../helpers/probes/prober.mjs', import.meta.url),
  'utf8',
);
const b = '10.20.1.20';
const vip = '10.79.0.5';

interface Message {
  readonly id?: string;
  readonly done?: boolean;
  readonly [key: string]: unknown;
}

interface Started extends RunningProcess {
  readonly messages: Message[];
}

interface Start {
  readonly command: readonly string[];
  readonly image?: string;
  readonly resolvConf?: string;
}

function start(site: TestSite, name: string, options: Start): Started {
  const running = site.plane.start({
    ...{ image, env: {}, resolvConf: '', hosts: '127.0.0.1 localhost', hostname: name, ...options },
    files: { '/prober/prober.mjs': prober },
    netns: site.netns(name),
  });
  const messages: Message[] = [];
  let held = '';
  running.stdout.on('data', (chunk: Buffer) => {
    const lines = (held + chunk.toString()).split('\n');
    held = lines.pop() ?? '';
    messages.push(
      ...lines
        .filter((line) => line.startsWith('\u001ekc '))
        .map((line) => JSON.parse(line.slice(4)) as Message),
    );
  });
  return { ...running, messages };
}

function serve(site: TestSite, pod: string, more: readonly string[] = []): Started {
  const marks = ['--run', 'r1', '--scenario', 's1', '--pod', pod];
  const ports = ['--tcp', '8080', '--udp', '8080', '--http', '8081'];
  const command = ['node', '/prober/prober.mjs', 'serve', ...marks, ...ports, ...more];
  return start(site, pod, { command });
}

/** Orders a batch and gives its outcomes in their order. */
async function batch(process: Started, probes: readonly object[]): Promise<Message[]> {
  const expect = { run: 'r1', scenario: 's1', pods: ['b'] };
  const order = {
    id: 'x',
    op: 'batch',
    probes: probes.map((probe) => ({ timeoutMs: 500, expect, ...probe })),
  };
  process.stdin.write(`${JSON.stringify(order)}\n`);
  while (!process.messages.some(({ id, done }) => id === 'x' && done === true)) {
    await once(process.stdout, 'data');
  }
  return process.messages
    .filter(({ id, done }) => id === 'x' && done !== true)
    .sort((one, other) => Number(one['index']) - Number(other['index']));
}

function twoProbers(): { site: TestSite; one: Started } {
  const site = new TestSite();
  site.pod('a', '10.20.0.10');
  site.pod('b', b, { node: 'n2' });
  serve(site, 'b');
  return { site, one: serve(site, 'a') };
}

test.describe('the prober in a container', () => {
  test('reaches its like over TCP, UDP and HTTP, byte for byte, and sees its marks', async () => {
    const { site, one } = twoProbers();
    site.cloud.balancer(vip, { provider: 'ovn', members: [[b, 8080]] });
    const outcomes = await batch(one, [
      { kind: 'tcp', host: b, port: 8080 },
      { kind: 'tcp', host: b, port: 8080, size: 4_000_000, timeoutMs: 5_000 },
      { kind: 'udp', host: b, port: 8080, size: 1_414 },
      { kind: 'http', host: b, port: 8081, size: 50_000 },
      { kind: 'connect-only', host: b, port: 8080 },
      { kind: 'tcp', host: vip, port: 80 },
    ]);

    expect(outcomes.map(({ verdict }) => verdict)).toEqual(Array(6).fill('open'));
    expect(outcomes[0]).toMatchObject({
      answeredBy: { run: 'r1', scenario: 's1', pod: 'b' },
      ...{ clientAddress: '10.20.0.10', ownAddress: '10.20.0.10', serverAddress: b },
    });
    expect(outcomes[5]).toMatchObject({ clientAddress: '10.20.0.10', serverAddress: b });
  });

  test('tells refusal, silence, a stranger and a probe that cannot run apart', async () => {
    const { site, one } = twoProbers();
    site.plane.createNetns('bare', '');
    const bare = start(site, 'bare', { command: ['node', '/prober/prober.mjs', 'control'] });
    const outcomes = await batch(one, [
      { kind: 'tcp', host: b, port: 9 },
      { kind: 'udp', host: b, port: 9 },
      { kind: 'http', host: b, port: 9 },
      { kind: 'tcp', host: '10.20.1.60', port: 8080 },
      { kind: 'udp', host: '10.20.1.60', port: 8080 },
      { kind: 'tcp', host: '10.20.0.10', port: 8080 },
      { kind: 'lookup', host: 'x.test', resolver: 'absent' },
    ]);
    const [unroutable] = await batch(bare, [{ kind: 'tcp', host: b, port: 8080 }]);

    expect(outcomes.map(({ verdict }) => verdict)).toEqual([
      ...['rejected', 'rejected', 'rejected', 'dropped', 'dropped', 'wrong-answer', 'not-run'],
    ]);
    expect(unroutable).toMatchObject({
      verdict: 'not-run',
      detail: expect.stringContaining('ENETUNREACH'),
    });
  });

  test('of 81 blocked cells waits for one timeout', async () => {
    const { one } = twoProbers();
    const began = performance.now();
    const cells = Array.from({ length: 81 }, (_, index) => ({
      ...{ kind: index % 2 === 0 ? 'tcp' : 'udp', host: '10.20.1.60', port: 8080, timeoutMs: 400 },
    }));
    const outcomes = await batch(one, cells);

    expect(outcomes.every(({ verdict }) => verdict === 'dropped')).toBe(true);
    expect(performance.now() - began).toBeLessThan(800);
  });

  test('stands outside and comes in by a floating IP, seen as itself', async () => {
    const { site } = twoProbers();
    const { balancer } = site.cloud.balancer(vip, { provider: 'ovn', members: [[b, 8080]] });
    site.cloud.floatingIp('172.24.4.150', site.cloud.port(balancer.vip_port_id), 'router');
    const outside = start(site, 'outside', { command: ['node', '/prober/prober.mjs', 'control'] });
    const [seen] = await batch(outside, [{ kind: 'tcp', host: '172.24.4.150', port: 80 }]);

    expect(seen).toMatchObject({
      verdict: 'open',
      clientAddress: '172.24.4.20',
      ownAddress: '172.24.4.20',
    });
    outside.stdin.end();
    expect(await outside.exited).toBe(0);
  });

  test('tells the devices of its namespace, as the kernel does', async () => {
    const { one } = twoProbers();
    one.stdin.write(`${JSON.stringify({ id: 'd', op: 'devices' })}\n`);

    await expect.poll(() => one.messages.find(({ id }) => id === 'd')).toBeDefined();
    expect(one.messages.find(({ id }) => id === 'd')?.['devices']).toEqual([
      { name: 'lo', mtu: 65_536, kind: '' },
      { name: 'eth0', mtu: 1_442, kind: 'vlan' },
    ]);
  });

  test('watches across a change', async () => {
    const { site, one } = twoProbers();
    const say = (order: object): boolean => one.stdin.write(`${JSON.stringify(order)}\n`);
    const probe = { kind: 'tcp', host: b, port: 8080, timeoutMs: 100 };
    say({ id: 'w', op: 'watch', probe, everyMs: 20 });
    await new Promise((resolve) => setTimeout(resolve, 200));
    site.cloud.row('ports', 'port-b').security_groups = [];
    site.cloud.changed();
    await new Promise((resolve) => setTimeout(resolve, 300));
    say({ id: 's', op: 'stop', watch: 'w' });

    await expect.poll(() => one.messages.find((message) => message['samples'])).toBeDefined();
    const samples = one.messages.find((message) => message['samples'])?.['samples'] as Message[];
    expect(samples[0]).toMatchObject({ verdict: 'open' });
    expect(samples.at(-1)).toMatchObject({ verdict: 'dropped' });
  });

  test('is ended with its sockets, and its port is free again', async () => {
    const { site, one } = twoProbers();
    await expect.poll(() => one.messages.length).toBe(1);
    one.kill();
    // The prober hears SIGTERM and ends by itself.
    expect(await one.exited).toBe(0);

    const again = serve(site, 'a');
    await expect.poll(() => again.messages[0]?.['event']).toBe('serving');
  });

  test('ends with an error when its port is taken', async () => {
    const { site, one } = twoProbers();
    await expect.poll(() => one.messages.length).toBe(1);
    const second = serve(site, 'a');

    expect(await second.exited).toBe(1);
    expect(await text(second.stderr)).toContain('EADDRINUSE');
  });
});

test.describe('a container', () => {
  test('runs further programs beside its main one', async () => {
    const { one } = twoProbers();

    expect(await text(one.exec(['hostname']).stdout)).toBe('a\n');
    expect(await text(one.exec(['cat', '/etc/hosts']).stdout)).toBe('127.0.0.1 localhost');
    expect(await text(one.exec(['node', '--version']).stdout)).toBe(`${process.version}\n`);
    expect(await one.exec(['cat', '/nothing']).exited).toBe(1);
    expect(await one.exec(['node', '/nothing.mjs']).exited).toBe(1);
    const lookup = one.exec(['node', '/prober/prober.mjs', 'lookup', 'localhost', '4']);
    expect(JSON.parse(await text(lookup.stdout))).toMatchObject({ addresses: ['127.0.0.1'] });
    expect(await lookup.exited).toBe(0);
  });

  test('of an unknown image or with an unknown command is refused, and the command reported', () => {
    const site = new TestSite();
    site.pod('a', '10.20.0.10');

    expect(() => start(site, 'a', { command: [], image: 'nginx:latest' })).toThrow(
      expect.objectContaining({ reason: 'ErrImageNeverPull' }),
    );
    for (const command of [
      ['node', '-e', '1'],
      ['python3', 'x.py'],
    ]) {
      expect(() => start(site, 'a', { command })).toThrow(
        expect.objectContaining({ reason: 'RunContainerError' }),
      );
    }
    expect(site.world.unknown.since(0).map(({ body }) => body)).toEqual([
      '["node","-e","1"]',
      '["python3","x.py"]',
    ]);
  });

  test('of the cluster DNS answers over UDP and TCP once it has records', async () => {
    const { site, one } = twoProbers();
    site.pod('dns', '10.20.1.53');
    start(site, 'dns', { image: 'embedded/cluster-dns', command: [] });
    const ready = (): Promise<number | undefined> =>
      site.plane.httpStatus(site.netns('n1'), 'http://10.20.1.53:8181/ready', 500);
    await expect.poll(ready).toBe(503);
    const service = { metadata: { name: 'web', namespace: 'ns' }, spec: { clusterIP: vip } };
    site.plane.setRecords(
      new ClusterNames(
        { services: new Map([['ns/web', service]]), endpoints: new Map() },
        'cluster.local',
      ),
    );
    expect(await ready()).toBe(200);
    const options = 'search ns.svc.cluster.local svc.cluster.local\noptions ndots:5';
    const client = (more: string): RunningProcess => {
      const resolvConf = `nameserver 10.20.1.53\n${options}${more}\n`;
      return start(site, 'a', { command: ['/resolvers/glibc', 'web', '4'], resolvConf });
    };
    for (const more of ['', ' use-vc']) {
      expect(JSON.parse(await text(client(more).stdout))).toMatchObject({ addresses: [vip] });
    }
    one.kill();
  });

  test('ends with the stack', async () => {
    const { site, one } = twoProbers();
    await expect.poll(() => one.messages.length).toBe(1);
    site.closing.abort();

    expect(await one.exited).toBe(0);
  });

  test('goes with its network namespace', async () => {
    const { site, one } = twoProbers();
    await expect.poll(() => one.messages.length).toBe(1);
    site.netns('b').destroy();
    expect(site.plane.netns('b')).toBeUndefined();

    const [seen] = await batch(one, [{ kind: 'tcp', host: b, port: 8080, timeoutMs: 200 }]);
    expect(seen).toMatchObject({ verdict: 'dropped' });
  });
});
