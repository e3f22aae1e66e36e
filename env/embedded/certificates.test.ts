import { X509Certificate } from 'node:crypto';
import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@playwright/test';
import { makeTls } from './certificates.ts';

/** What a client that trusts an authority gets, or the code of what it minds. */
async function greeting(port: number, ca: string, host: string): Promise<string> {
  return new Promise((resolve) => {
    const asked = request({ host: '127.0.0.1', port, ca, servername: host }, (response) => {
      response.setEncoding('utf8').once('data', resolve);
    });
    asked.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code ?? error.message);
    });
    asked.end();
  });
}

test.describe('the certificate of an embedded stack', () => {
  test('convinces clients that trust its authority, under its names alone', async () => {
    const tls = makeTls(['kubernetes.default.svc']);
    const { key, cert } = tls;
    const server = createServer({ key, cert }, (_, response) => response.end('hello'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;

    expect(await greeting(port, tls.ca, 'localhost')).toBe('hello');
    expect(await greeting(port, tls.ca, 'kubernetes.default.svc')).toBe('hello');
    expect(await greeting(port, tls.ca, 'example.org')).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
    expect(await greeting(port, makeTls().ca, 'localhost')).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
    server.closeAllConnections();
    server.close();
  });

  test('names the loopback address and its issuer, and only the authority may sign', () => {
    const tls = makeTls();
    const [server, authority] = [new X509Certificate(tls.cert), new X509Certificate(tls.ca)];

    expect(server.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(server.checkIssued(authority)).toBe(true);
    expect([authority.ca, server.ca]).toEqual([true, false]);
  });

  test('is made in far less than the start of a stack may take', () => {
    makeTls();
    const started = performance.now();
    makeTls();

    expect(performance.now() - started).toBeLessThan(500);
  });
});
