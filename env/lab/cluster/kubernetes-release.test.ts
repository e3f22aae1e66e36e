import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { download, type Release } from './kubernetes-release.ts';

const content = 'the programs';

async function served(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/programs.tar.gz`;
}

function releaseAt(url: string, text = content): Release {
  return { url, sha512: createHash('sha512').update(text).digest('hex') };
}

test.describe('the release of Kubernetes', () => {
  let folder = '';
  const server = createServer((request, response) => {
    response.statusCode = request.url === '/programs.tar.gz' ? 200 : 404;
    response.end(content);
  });

  test.beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kc-release-'));
  });

  test.afterAll(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });

  test('is downloaded whole, refused when it is another one, and missed without harm', async () => {
    const url = await served(server);
    const file = join(folder, 'programs');

    await expect(download(releaseAt(url, 'others'), file)).rejects.toThrow('changed it');
    expect(existsSync(file)).toBe(false);

    expect(await download(releaseAt(`${url}.gone`), file)).toContain('404');
    expect(await download(releaseAt('http://127.0.0.1:1/x'), file)).toContain('ECONNREFUSED');
    expect(existsSync(`${file}.partial`)).toBe(false);

    expect(await download(releaseAt(url), file)).toBeUndefined();
    expect(await readFile(file, 'utf8')).toBe(content);
  });
});
