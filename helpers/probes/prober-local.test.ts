/**
 * What the prober says of probes that never reach the network, and of names.
 */
import { chmod, writeFile } from 'node:fs/promises';
import { expect, test } from '@playwright/test';
import { verdictOfError } from './prober.mjs';
import type { Probe } from './probe.ts';
import { probing, udpServer } from './testing.ts';

const host = '127.0.0.1';

test.describe('a probe that cannot run', () => {
  const impossible: readonly [string, Partial<Probe>, string][] = [
    ['names no port', { kind: 'tcp' }, 'the port is "undefined" instead of 1 to 65535'],
    ['is too long for a datagram', { kind: 'udp', port: 9, size: 70_000 }, 'the size is "70000"'],
    ['is of no known kind', { kind: 'constructor' as 'tcp', port: 9 }, 'unknown kind of probe'],
    [
      'goes to a name that does not exist',
      { kind: 'tcp', host: 'no.invalid', port: 9 },
      'could not be resolved',
    ],
    [
      'uses a resolver that is missing',
      { kind: 'lookup', resolver: 'musl' },
      'starting the resolver "musl"',
    ],
    [
      'uses a resolver with a path',
      { kind: 'lookup', resolver: '../sh' as 'go' },
      'unknown resolver',
    ],
  ];
  for (const [what, probe, detail] of impossible) {
    test(`is not run when it ${what}`, async () => {
      const seen = await probing({ kind: 'tcp', timeoutMs: 5_000, ...probe });

      expect(seen.verdict).toBe('not-run');
      expect(seen.detail).toContain(detail);
    });
  }

  const errors: readonly [string, Parameters<typeof verdictOfError>[1], number, string][] = [
    ['ENETUNREACH', 'starting', 0, 'not-run'],
    ['ENETUNREACH', 'connecting', 5, 'rejected'],
    ['EHOSTUNREACH', 'connecting', 5, 'rejected'],
    ['EHOSTUNREACH', 'connecting', 3_000, 'dropped'],
    ['ECONNREFUSED', 'starting', 0, 'rejected'],
    ['ECONNREFUSED', 'connecting', 5, 'rejected'],
    ['ETIMEDOUT', 'connecting', 5_000, 'dropped'],
    ['EADDRNOTAVAIL', 'starting', 0, 'not-run'],
    ['EMFILE', 'connecting', 0, 'not-run'],
    ['EPERM', 'connecting', 0, 'not-run'],
    ['ECONNRESET', 'connected', 5, 'wrong-answer'],
    ['ESOMETHING', 'connected', 5, 'not-run'],
  ];
  for (const [code, stage, elapsedMs, verdict] of errors) {
    test(`reads ${code} while ${stage}, after ${elapsedMs} ms, as ${verdict}`, () => {
      expect(verdictOfError(code, stage, elapsedMs)).toBe(verdict);
    });
  }
});

test.describe('a look-up', () => {
  test('through libc gives the addresses, and compares them', async () => {
    const lookup = { kind: 'lookup', host: 'localhost', family: 4, timeoutMs: 5_000 } as const;

    expect(await probing(lookup)).toMatchObject({
      verdict: 'open',
      addresses: [host],
      rcode: 'NOERROR',
    });
    expect(await probing({ ...lookup, expect: { addresses: ['192.0.2.1'] } })).toMatchObject({
      verdict: 'wrong-answer',
      detail: `expected 192.0.2.1, got ${host}`,
    });
  });

  test('through a program of the image takes its answer, its refusal, and its silence', async ({}, testInfo) => {
    const folder = testInfo.outputPath();
    const programs = {
      glibc: `echo '{"addresses":["192.0.2.7"],"elapsedMs":3.5}'`,
      musl: `echo '{"addresses":[],"elapsedMs":2,"code":"EAI_NONAME"}'`,
      go: 'exec sleep 60',
      'libc-broken': 'echo oops; exit 3',
    };
    for (const [name, line] of Object.entries(programs)) {
      await writeFile(testInfo.outputPath(name), `#!/bin/sh\n${line}\n`);
      await chmod(testInfo.outputPath(name), 0o755);
    }
    const through = (resolver: string) =>
      probing(
        { kind: 'lookup', host: 'x.example', resolver: resolver as 'go', timeoutMs: 2_000 },
        folder,
      );

    expect(await through('glibc')).toMatchObject({
      verdict: 'open',
      addresses: ['192.0.2.7'],
      latencyMs: 3.5,
    });
    expect(await through('musl')).toMatchObject({ verdict: 'rejected', rcode: 'EAI_NONAME' });
    expect(await through('go')).toMatchObject({ verdict: 'dropped' });
    expect(await through('libc-broken')).toMatchObject({ verdict: 'not-run' });
  });

  test('through c-ares asks the given server, and says when that is silent', async () => {
    let asked = 0;
    using server = await udpServer(() => (asked += 1));

    const seen = await probing({
      ...{ kind: 'lookup', host: 'x.example', resolver: 'c-ares' },
      server: `${host}:${server.port}`,
    });

    expect(seen).toMatchObject({ verdict: 'dropped' });
    expect(asked).toBeGreaterThan(0);
  });

  test('that is refused is rejected, but without a route to the server it was not run', async () => {
    const through = (server: string) =>
      probing({ kind: 'lookup', host: 'x.example', resolver: 'c-ares', server });
    const gone = await udpServer(() => undefined);
    gone[Symbol.dispose]();

    expect(await through(`${host}:${gone.port}`)).toMatchObject({
      verdict: 'rejected',
      rcode: 'ECONNREFUSED',
    });
    // The kernel sends nothing to a broadcast address unless it was asked to beforehand.
    expect(await through('255.255.255.255')).toMatchObject({ verdict: 'not-run' });
  });
});
