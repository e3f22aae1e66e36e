/**
 * What is read from the log of a real logging DNS server that a real resolver has asked.
 */
import { Resolver } from 'node:dns/promises';
import { expect, test } from '@playwright/test';
import { readTable, startLogger } from '../../env/images/programs/dns-logger.mjs';
import { dnsLogCommand, dnsLogPort, queriesOf } from './dns-log.ts';

const place = { namespace: 'demo', name: 'names-0' };
const signal = AbortSignal.timeout(30_000);

test.describe('the log of a DNS server', () => {
  test('tells the protocol of each query for a name', async () => {
    const lines: string[] = ['(node:1) a warning of the runtime'];
    const command = dnsLogCommand({ 'www.kc.test': ['192.0.2.77'] });
    const server = await startLogger({
      table: readTable(command.at(-1) ?? ''),
      port: 0,
      bind: '127.0.0.1',
      log: (event: object) => lines.push(JSON.stringify(event)),
    });
    const resolver = new Resolver();
    resolver.setServers([`127.0.0.1:${server.port}`]);
    const logsOf = () => Promise.resolve(lines.join('\n'));

    expect(await resolver.resolve4('www.kc.test')).toEqual(['192.0.2.77']);
    await expect(resolver.resolve4('other.kc.test')).rejects.toThrow('ENOTFOUND');

    expect(await queriesOf({ logsOf }, place, 'WWW.kc.test').read(signal)).toEqual({
      protocols: ['UDP'],
      queries: [{ protocol: 'UDP', name: 'www.kc.test', type: 'A', client: '127.0.0.1' }],
    });
    expect(await queriesOf({ logsOf }, place, 'never.kc.test').read(signal)).toEqual({
      protocols: [],
      queries: [],
    });
    server.close();
  });

  test('comes from a server on a port that needs no privilege', () => {
    expect(dnsLogCommand({}).slice(0, 4)).toEqual([
      'node',
      '/programs/dns-logger.mjs',
      '--port',
      `${dnsLogPort}`,
    ]);
    expect(dnsLogPort).toBeGreaterThan(1_023);
    expect(dnsLogCommand({}, ['a.test', 'b.test']).slice(-2)).toEqual([
      '--truncate',
      'a.test,b.test',
    ]);
  });
});
