import { writeFile } from 'node:fs/promises';
import { expect, test } from '@playwright/test';
import { z } from 'zod';
import { startTestCloud, type TestCloud } from '../testing/cloud.ts';
import { startLoopback } from '../testing/loopback.ts';
import { scratchFile } from '../testing/scratch.ts';
import { testAuthority } from '../testing/tls.ts';
import { readCloud } from './clouds-file.ts';
import { isNotFound, messageOf, OpenStackError } from './openstack-error.ts';
import { OpenStackSession } from './openstack.ts';

const neutron = { name: 'neutron', types: ['network'] };
const octavia = { name: 'octavia', types: ['load-balancer'], stripped: /\/v2$/ };
const named = z.looseObject({ id: z.string() });

async function sessionOf(cloud: TestCloud, now?: () => Date): Promise<OpenStackSession> {
  return OpenStackSession.open({
    cloudsYamlPath: cloud.cloudsYamlPath,
    cloudName: 'test',
    ...(now === undefined ? {} : { now }),
  });
}

const writeClouds = (text: string): Promise<string> => scratchFile('clouds.yaml', text);

test.describe('a session with a cloud', () => {
  test('logs in once, for several requests at once, at the endpoint of its region and interface', async () => {
    await using cloud = await startTestCloud({
      shelves: { '/network/v2.0/ports': [{ id: 'p1' }] },
    });
    const session = await sessionOf(cloud);
    const query = { path: '/v2.0/ports', key: 'ports', item: named };
    const lists = await Promise.all([session.list(neutron, query), session.list(neutron, query)]);

    expect(lists).toEqual([[{ id: 'p1' }], [{ id: 'p1' }]]);
    expect(cloud.logins()).toBe(1);
    expect(await session.endpoint(octavia)).toBe(`${cloud.url}/lb`);
    expect(await session.projectId()).toBe('project-1');
    expect(cloud.asked[0]?.body).toEqual({
      auth: {
        identity: {
          methods: ['password'],
          password: {
            user: { name: 'kuryr', domain: { name: 'Default' }, password: 'very-secret-password' },
          },
        },
        scope: { project: { name: 'k8s', domain: { name: 'Default' } } },
      },
    });
  });

  test('logs in again after a 401, and only once', async () => {
    await using cloud = await startTestCloud({ shelves: { '/network/v2.0/ports': [] } });
    const session = await sessionOf(cloud);
    const list = (): Promise<unknown> =>
      session.list(neutron, { path: '/v2.0/ports', key: 'ports', item: named });
    await list();
    cloud.revoke();
    await Promise.all([list(), list(), list()]);

    expect(cloud.logins()).toBe(2);
  });

  test('gives up when the new token is refused too', async () => {
    await using cloud = await startTestCloud({
      intercept: ({ path }) =>
        path.startsWith('/network') ? { status: 401, body: 'Authentication required' } : undefined,
    });
    const session = await sessionOf(cloud);

    await expect(session.send(neutron, { path: '/v2.0/ports' })).rejects.toThrow(
      'GET /network/v2.0/ports of neutron: found status 401, saying "Authentication required". The token was refused twice',
    );
    expect(cloud.logins()).toBe(2);
  });

  test('logs in again before its token ends', async () => {
    let ahead = 0;
    const now = (): Date => new Date(Date.now() + ahead);
    await using cloud = await startTestCloud({
      shelves: { '/network/v2.0/ports': [] },
      tokenEnds: () => new Date(now().getTime() + 600_000),
    });
    const session = await sessionOf(cloud, now);
    await session.send(neutron, { path: '/v2.0/ports' });
    ahead = 500_000;
    await session.send(neutron, { path: '/v2.0/ports' });
    expect(cloud.logins()).toBe(1);
    ahead = 545_000;
    await session.send(neutron, { path: '/v2.0/ports' });

    expect(cloud.logins()).toBe(2);
  });

  test('follows pages and keeps the filter', async () => {
    const ports = ['a', 'b', 'c', 'd', 'e'].map((id) => ({
      id,
      owner: id === 'c' ? 'other' : 'mine',
    }));
    await using cloud = await startTestCloud({
      shelves: { '/network/v2.0/ports': ports },
      pageSize: 2,
    });
    const session = await sessionOf(cloud);
    const found = await session.list(neutron, {
      path: '/v2.0/ports',
      key: 'ports',
      item: named,
      query: { owner: 'mine', id: ['a', 'b', 'c', 'd'] },
    });

    expect(found.map(({ id }) => id)).toEqual(['a', 'b', 'd']);
    expect(cloud.asked.filter(({ path }) => path.endsWith('/ports'))).toHaveLength(2);
  });

  test('keeps requests for evidence, without secrets', async () => {
    await using cloud = await startTestCloud({ shelves: { '/network/v2.0/ports': [] } });
    const session = await sessionOf(cloud);
    const before = new Date();
    await session.send(neutron, {
      method: 'POST',
      path: '/v2.0/ports',
      body: { port: { name: 'p', password: 'hunter22' } },
    });
    await session.send(neutron, { path: '/v2.0/ports/none' }).catch(() => undefined);
    const text = session.log.textSince(before);

    expect(text).toMatch(/neutron POST \/network\/v2\.0\/ports -> 201 in \d+ ms/);
    expect(text).toContain('"password": "[redacted]"');
    expect(text).toMatch(
      /GET \/network\/v2\.0\/ports\/none -> 404 in \d+ ms ! none could not be found/,
    );
    expect(session.log.since(new Date(Date.now() + 1_000))).toEqual([]);
  });

  test('tells a refusal with method, path, status and the words of the service', async () => {
    await using cloud = await startTestCloud({ shelves: { '/network/v2.0/ports': [] } });
    const error: unknown = await (
      await sessionOf(cloud)
    )
      .send(neutron, { method: 'DELETE', path: '/v2.0/ports/p9' })
      .catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(OpenStackError);
    expect(isNotFound(error)).toBe(true);
    expect(error).toMatchObject({
      name: 'OpenStackError',
      code: 'OPENSTACK_404',
      message:
        'DELETE /network/v2.0/ports/p9 of neutron: found status 404, saying "p9 could not be found".',
    });
  });

  test('names a service that the catalogue lacks', async () => {
    await using cloud = await startTestCloud();

    await expect(
      (await sessionOf(cloud)).endpoint({ name: 'nova', types: ['compute'] }),
    ).rejects.toThrow(
      'the catalogue lists no public endpoint in region "R1", only "network", "load-balancer"',
    );
  });

  test('says who was refused, but not the password', async () => {
    await using cloud = await startTestCloud({
      intercept: ({ path }) =>
        path.endsWith('/auth/tokens') ? { status: 401, body: {} } : undefined,
    });
    const error = (await (
      await sessionOf(cloud)
    )
      .send(neutron, { path: '/' })
      .catch((thrown: unknown) => thrown)) as Error;

    expect(error.message).toContain(
      'as user "kuryr" of domain "Default": found status 401 instead of 201',
    );
    expect(error.message).not.toContain('very-secret-password');
  });

  test('says what is not reachable', async () => {
    const cloud = await startTestCloud();
    const session = await sessionOf(cloud);
    await cloud[Symbol.asyncDispose]();

    await expect(session.send(neutron, { path: '/' })).rejects.toMatchObject({
      code: 'OPENSTACK_UNREACHABLE',
      message: expect.stringMatching(/^Logging in to ".*": no answer \(ECONNREFUSED/),
    });
  });

  test('ends a request with its signal, and this is no trouble of the stack', async () => {
    await using cloud = await startTestCloud({ shelves: { '/network/v2.0/ports': [] } });
    const session = await sessionOf(cloud);
    await session.projectId();
    const spent = AbortSignal.abort(new Error('the budget is spent'));

    await expect(session.send(neutron, { path: '/v2.0/ports', signal: spent })).rejects.toThrow(
      'the budget is spent',
    );
  });

  test('refuses an answer that is no JSON', async () => {
    await using cloud = await startTestCloud({
      intercept: ({ path }) =>
        path.startsWith('/network') ? { body: '<html>welcome</html>' } : undefined,
    });

    await expect((await sessionOf(cloud)).send(neutron, { path: '/' })).rejects.toThrow(
      'the answer is no JSON but begins with "<html>welcome</html>"',
    );
  });

  test('checks the certificate of Keystone with the authority of clouds.yaml', async () => {
    await using keystone = await startLoopback(() => ({ status: 401, body: {} }), { isTls: true });
    const clouds = (more: string): Promise<string> =>
      writeClouds(
        `clouds:\n  tls:\n${more}    auth: {auth_url: '${keystone.url}', username: u, password: p, project_name: n}\n`,
      );
    const trusted = await clouds('    cacert: ca.pem\n');
    await writeFile(trusted.replace('clouds.yaml', 'ca.pem'), testAuthority);
    const open = async (cloudsYamlPath: string): Promise<unknown> =>
      (await OpenStackSession.open({ cloudsYamlPath, cloudName: 'tls' })).projectId();

    await expect(open(trusted)).rejects.toMatchObject({ code: 'KEYSTONE_REFUSED' });
    await expect(open(await clouds('    verify: false\n'))).rejects.toMatchObject({
      code: 'KEYSTONE_REFUSED',
    });
    await expect(open(await clouds(''))).rejects.toMatchObject({ code: 'OPENSTACK_UNREACHABLE' });
    await expect(open(await clouds('    cacert: none.pem\n'))).rejects.toMatchObject({
      code: 'CLOUDS_TLS_UNREADABLE',
    });
  });
});

test.describe('a clouds.yaml', () => {
  test('may hold an application credential', async () => {
    const file = await writeClouds(
      'clouds:\n  app:\n    interface: internal\n    auth: {auth_url: "http://k:5000/v3/", application_credential_id: a1, application_credential_secret: s3cr3t-long}\n',
    );
    const cloud = await readCloud(file, 'app');

    expect(cloud.authUrl).toBe('http://k:5000');
    expect(cloud.interface).toBe('internal');
    expect(cloud.login).toMatchObject({ method: 'application-credential', id: 'a1' });
    expect(JSON.stringify(cloud)).not.toContain('s3cr3t-long');
  });

  const faults = [
    [
      'clouds: {a: {auth: {username: u}}}',
      'clouds.a.auth.auth_url: must be the address of Keystone',
    ],
    [
      'clouds: {a: {auth: {auth_url: "http://k", username: u, project_name: n}}}',
      'clouds.a.auth.password: is missing',
    ],
    [
      'clouds: {a: {auth: {auth_url: "http://k", username: u, password: p}}}',
      'clouds.a.auth.project_name: is missing',
    ],
    [
      'clouds: {b: {}}',
      'there is no cloud "a", only "b". Correct connection.cloud of the profile.',
    ],
    ['cloud: {}', 'clouds: is missing'],
    ['clouds: [', 'found text that is not YAML'],
  ] as const;

  for (const [text, problem] of faults) {
    test(`is refused when ${problem}`, async () => {
      await expect(readCloud(await writeClouds(text), 'a')).rejects.toThrow(problem);
    });
  }

  test('that cannot be read is named', async () => {
    await expect(readCloud('/nowhere/clouds.yaml', 'a')).rejects.toThrow(
      'Reading clouds from "/nowhere/clouds.yaml": ENOENT',
    );
  });
});

test.describe('the words of a service', () => {
  const bodies = [
    [
      '{"faultcode":"Client","faultstring":"Quota has been met for resources: Load Balancer"}',
      'Quota has been met for resources: Load Balancer',
    ],
    ['{"NeutronError":{"type":"X","message":"Port in use","detail":""}}', 'Port in use'],
    [
      '{"error":{"code":401,"message":"The request requires authentication","title":"Unauthorized"}}',
      'The request requires authentication',
    ],
    ['{"NeutronError":"plain text"}', 'plain text'],
    ['<html><h1>503 Service Unavailable</h1></html>', '503 Service Unavailable'],
    ['', 'nothing'],
  ] as const;

  for (const [body, words] of bodies) {
    test(`are found in ${body.slice(0, 24)}`, () => {
      expect(messageOf(body)).toBe(words);
    });
  }
});
