import { expect, test } from '@playwright/test';
import { startTestedCloud } from '../testing.ts';

test.describe('the simulated Keystone', () => {
  test('gives a token with project, roles and a catalogue of every service', async () => {
    await using tested = await startTestedCloud();
    const { session } = tested.kuryr;

    expect(await session.roles()).toEqual(['member', 'reader', 'load-balancer_member']);
    expect(await session.projectId()).toMatch(/^[0-9a-f]{32}$/);
    const types = tested.cloud.catalogue.map(({ type }) => type);
    expect(types).toEqual([
      'identity',
      'network',
      'load-balancer',
      'compute',
      'image',
      'block-storage',
    ]);
    expect(await session.endpoint({ name: 'neutron', types: ['network'] })).toBe(
      `${tested.cloud.url}/networking`,
    );
  });

  test('refuses a wrong password without saying what was wrong', async () => {
    await using tested = await startTestedCloud();
    const entry = tested.cloud.cloudsYaml('kuryr');
    const user = await tested.open({ ...entry, auth: { ...entry.auth, password: 'wrong' } });

    await expect(user.session.projectId()).rejects.toThrow('found status 401 instead of 201');
  });

  test('refuses a project in which the user has no role', async () => {
    await using tested = await startTestedCloud();
    const entry = tested.cloud.cloudsYaml('kuryr');
    const user = await tested.open({ ...entry, auth: { ...entry.auth, project_name: 'service' } });

    await expect(user.session.projectId()).rejects.toThrow('found status 401');
  });

  test('knows no token any more after a revocation, and the client logs in again', async () => {
    await using tested = await startTestedCloud();
    await tested.kuryr.neutron.get('/v2.0/networks');
    tested.cloud.revokeTokens();
    await tested.kuryr.neutron.get('/v2.0/networks');

    const asked = tested.kuryr.session.log.since(new Date(0)).map(({ status }) => status);
    expect(asked).toEqual([200, 401, 200]);
  });

  test('lets a token end', async () => {
    await using tested = await startTestedCloud({}, { tokenMs: 0 });

    await expect(tested.kuryr.neutron.get('/v2.0/networks')).rejects.toThrow(
      'found status 401, saying "The request you have made requires authentication."',
    );
  });

  test('makes projects, users and grants for administrators only', async () => {
    await using tested = await startTestedCloud();
    const { admin, kuryr } = tested;
    const project = await admin.keystone.make('/v3/projects', 'project', { name: 'new' });
    const user = await admin.keystone.make('/v3/users', 'user', { name: 'u', password: 'p' });
    const [role] = await admin.keystone.list('/v3/roles', 'roles', { name: 'member' });
    await admin.keystone.send(
      'PUT',
      `/v3/projects/${project.id}/users/${user.id}/roles/${role?.id ?? ''}`,
    );
    const entry = tested.cloud.cloudsYaml('kuryr');
    const opened = await tested.open({
      ...entry,
      auth: { ...entry.auth, username: 'u', password: 'p', project_name: 'new' },
    });

    expect(await opened.session.projectId()).toBe(project.id);
    expect(user).not.toHaveProperty('password');
    await expect(kuryr.keystone.get('/v3/projects')).rejects.toThrow('status 403');
    await expect(admin.keystone.make('/v3/projects', 'project', { name: 'new' })).rejects.toThrow(
      'status 409',
    );
  });

  test('takes an application credential in place of a password', async () => {
    await using tested = await startTestedCloud();
    const { kuryr } = tested;
    const [project] = await kuryr.keystone.list('/v3/auth/projects', 'projects');
    const users = await tested.admin.keystone.list('/v3/users', 'users', { name: 'kuryr' });
    const made = await kuryr.keystone.make(
      `/v3/users/${users[0]?.id ?? ''}/application_credentials`,
      'application_credential',
      { name: 'ac' },
    );
    const opened = await tested.open({
      auth_type: 'v3applicationcredential',
      auth: {
        auth_url: tested.cloud.authUrl,
        application_credential_id: made.id,
        application_credential_secret: made['secret'],
      },
    });

    expect(await opened.session.projectId()).toBe(project?.id);
  });

  test('reports what it does not know, naming the file', async () => {
    await using tested = await startTestedCloud();
    const before = Date.now();

    await expect(tested.admin.keystone.get('/v3/limits')).rejects.toThrow(
      'Add it in env/embedded/openstack/keystone/service.ts',
    );
    expect(tested.world.unknown.since(before)).toMatchObject([
      { server: 'keystone', method: 'GET', path: '/v3/limits' },
    ]);
  });
});
