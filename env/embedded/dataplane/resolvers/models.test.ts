/**
 * Resolvers of several libraries against a DNS server of the simulated network: what they ask, over what,
 * and what they make of the answer. The server is the project's own logging one, run as a container.
 */
import { once } from 'node:events';
import { expect, test } from '@playwright/test';
import type { RunningProcess } from '../../seams.ts';
import { modulesIn, TestSite } from '../testing/site.ts';
import { type ResolverName, resolverNames } from './models.ts';

const server = '10.20.1.53';
const vip = '10.79.0.10';
const address = '192.0.2.77';

const table = JSON.stringify({
  'www.test': [address],
  'both.test': [address, '2001:db8::77'],
  'short.ns.svc.test': [address],
  'cut.test': [address],
  'broken.test': { rcode: 'SERVFAIL' },
  'slow.test': { silent: true },
  'text.test': { TXT: ['hello'] },
});

interface Query {
  readonly name: string;
  readonly type: string;
  readonly protocol: 'UDP' | 'TCP';
}

interface Names {
  readonly site: TestSite;
  readonly queries: readonly Query[];
}

async function names(protocols: readonly ('UDP' | 'TCP')[] = ['UDP', 'TCP']): Promise<Names> {
  const site = new TestSite();
  site.pod('client', '10.20.0.10');
  site.pod('names', server, { node: 'n2' });
  const process: RunningProcess = site.plane.start({
    image: 'localhost/kuryr-conformance/prober:lab',
    command: [
      'node',
      '/programs/dns-logger.mjs',
      '--port',
      '5353',
      '--truncate',
      'cut.test',
      '--table',
      table,
    ],
    ...{ env: {}, files: {}, resolvConf: '', hosts: '', hostname: 'names' },
    netns: site.netns('names'),
  });
  const queries: Query[] = [];
  process.stdout.setEncoding('utf8').on('data', (text: string) => {
    for (const line of text.trim().split('\n')) {
      const event = JSON.parse(line) as Query & { event: string };
      if (event.event === 'query') queries.push(event);
    }
  });
  await once(process.stdout, 'data');
  for (const protocol of protocols) {
    site.cloud.balancer(vip, { provider: 'ovn', protocol, port: 53, members: [[server, 5353]] });
  }
  return { site, queries };
}

const plain = `nameserver ${vip}\n`;
const useVc = `${plain}options use-vc timeout:1 attempts:1\n`;

interface Asked {
  readonly addresses: readonly string[];
  readonly code?: string;
}

function ask(
  { site }: Names,
  resolver: ResolverName,
  {
    name = 'www.test',
    resolvConf = plain,
  }: { readonly name?: string; readonly resolvConf?: string } = {},
): Promise<Asked> {
  const { sockets } = site.plane.socketsIn(site.netns('client'), { resolvConf });
  return sockets.addressesOf(resolver, { name, family: 4 });
}

function protocolsOf({ queries }: Names, name = 'www.test'): string[] {
  return queries.filter((query) => query.name === name).map(({ protocol }) => protocol);
}

test.describe('a resolver', () => {
  for (const resolver of resolverNames) {
    test(`of ${resolver} asks over UDP`, async () => {
      const known = await names();

      expect(await ask(known, resolver)).toEqual({ addresses: [address] });
      expect(protocolsOf(known)).toEqual(['UDP']);
    });
  }

  const obeyed: Readonly<Record<ResolverName, 'TCP' | 'UDP'>> = {
    glibc: 'TCP',
    'musl-1.2.3': 'UDP',
    'musl-1.2.4': 'UDP',
    'go-1.12': 'UDP',
    'go-1.13': 'TCP',
    busybox: 'UDP',
  };
  for (const resolver of resolverNames) {
    test(`of ${resolver} asks over ${obeyed[resolver]} with use-vc`, async () => {
      const known = await names();

      expect(await ask(known, resolver, { resolvConf: useVc })).toEqual({ addresses: [address] });
      expect(protocolsOf(known)).toEqual([obeyed[resolver]]);
    });
  }

  const afterTruncation: Readonly<Record<ResolverName, readonly string[]>> = {
    glibc: ['UDP', 'TCP'],
    'musl-1.2.3': ['UDP'],
    'musl-1.2.4': ['UDP', 'TCP'],
    'go-1.12': ['UDP', 'TCP'],
    'go-1.13': ['UDP', 'TCP'],
    busybox: ['UDP'],
  };
  for (const resolver of resolverNames) {
    const expected = afterTruncation[resolver];
    test(`of ${resolver} asks over ${expected.join(', then ')} when the answer is truncated`, async () => {
      const known = await names();
      const { addresses } = await ask(known, resolver, { name: 'cut.test' });

      expect(protocolsOf(known, 'cut.test')).toEqual(expected);
      expect(addresses).toEqual(expected.includes('TCP') ? [address] : []);
    });
  }

  for (const resolver of ['musl-1.2.4', 'go-1.12'] as const) {
    test(`of ${resolver} gets nothing from a service that has no UDP, use-vc or not`, async () => {
      const known = await names(['TCP']);
      const { addresses, code } = await ask(known, resolver, { resolvConf: useVc });

      expect(addresses).toEqual([]);
      expect(code).toBe(resolver === 'go-1.12' ? 'ETIMEOUT' : 'EAI_AGAIN');
    });
  }

  test('tells a name that does not exist, one without data, and a broken server apart', async () => {
    const known = await names();
    const quick = `${plain}options timeout:1 attempts:1\n`;

    for (const [name, glibc, go] of [
      ['absent.test', 'EAI_NONAME', 'ENOTFOUND'],
      ['text.test', 'EAI_NODATA', 'ENOTFOUND'],
      ['broken.test', 'EAI_AGAIN', 'ESERVFAIL'],
      ['slow.test', 'EAI_AGAIN', 'ETIMEOUT'],
    ] as const) {
      const asked = { name, resolvConf: quick };
      expect(await ask(known, 'glibc', asked)).toEqual({ addresses: [], code: glibc });
      expect(await ask(known, 'go-1.13', asked)).toEqual({ addresses: [], code: go });
    }
  });

  test('searches short names, and full names first', async () => {
    const known = await names();
    const resolvConf = `${plain}search wrong.test ns.svc.test\noptions ndots:5\n`;

    expect(await ask(known, 'glibc', { name: 'short', resolvConf })).toEqual({
      addresses: [address],
    });
    expect(known.queries.map(({ name }) => name)).toEqual([
      'short.wrong.test',
      'short.ns.svc.test',
    ]);
    expect(await ask(known, 'glibc', { name: 'www.test.', resolvConf })).toEqual({
      addresses: [address],
    });
  });

  test('of musl does not search a name with enough dots', async () => {
    const known = await names();
    const resolvConf = `${plain}search ns.svc.test\n`;
    await ask(known, 'musl-1.2.4', { name: 'no.where', resolvConf });
    await ask(known, 'glibc', { name: 'no.how', resolvConf });

    expect(known.queries.map(({ name }) => name)).toEqual([
      'no.where',
      'no.how',
      'no.how.ns.svc.test',
    ]);
  });

  test('asks the next server when one is silent', async () => {
    const known = await names();
    const resolvConf = `nameserver 10.20.1.60\n${plain}options timeout:1\n`;

    expect(await ask(known, 'glibc', { resolvConf })).toEqual({ addresses: [address] });
    expect(await ask(known, 'musl-1.2.4', { resolvConf })).toEqual({ addresses: [address] });
  });
});

test.describe('the modules of Node', () => {
  test('look names up as the libc of the image, hosts first', async () => {
    const { site } = await names();
    const { dns } = modulesIn(site, 'client', { resolvConf: plain, hosts: '192.0.2.9 here' });
    const lookUp = (name: string, family = 0): Promise<unknown> =>
      new Promise((resolve) => {
        dns.lookup(name, { all: true, family }, (error, found) => {
          resolve(error?.code ?? found.map((entry) => entry.address));
        });
      });

    expect(await lookUp('both.test')).toEqual([address, '2001:db8::77']);
    expect(await lookUp('both.test', 6)).toEqual(['2001:db8::77']);
    expect(await lookUp('here')).toEqual(['192.0.2.9']);
    expect(await lookUp('absent.test')).toBe('ENOTFOUND');
  });

  test('resolve any record through c-ares, which obeys use-vc and does not search', async () => {
    const known = await names();
    const resolvConf = `${useVc}search test\n`;
    const { dns } = modulesIn(known.site, 'client', { resolvConf });
    const resolve = (name: string, rrtype: string): Promise<unknown> =>
      new Promise((settle) => {
        new dns.Resolver().resolve(name, rrtype, (error, found) => {
          settle(error?.code ?? found);
        });
      });

    expect(await resolve('www.test', 'A')).toEqual([address]);
    expect(protocolsOf(known)).toEqual(['TCP']);
    expect(await resolve('text.test', 'TXT')).toEqual([['hello']]);
    expect(await resolve('www.test', 'AAAA')).toBe('ENODATA');
    expect(await resolve('www', 'A')).toBe('ENOTFOUND');
  });
});
