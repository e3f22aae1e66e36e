/**
 * Keystone: version documents, logins that succeed and fail, the catalogue, projects and roles.
 */
import { authBody } from '../../access/keystone.ts';
import { type Json, listIn, objectIn, Recorder } from '../recorder.ts';
import type { Chapter } from '../trace.ts';
import { CloudScript, type Scene } from './scene.ts';

/** The services that this project speaks to; a cloud may have more of them. */
const known = ['identity', 'load-balancer', 'network'];

/** Records Keystone. */
export async function keystone({ apis, runId }: Scene): Promise<Chapter> {
  const script = new CloudScript(new Recorder('keystone', apis), 'keystone', runId);
  const { recorder } = script;
  await script.get('the versions', '/');
  await script.get('version 3', '/v3');
  const tokens = { method: 'POST', path: '/v3/auth/tokens' } as const;
  await recorder.ask(
    'a login',
    ['keystone', { ...tokens, body: { auth: authBody(apis.cloud.cloud.login) } }],
    tokenOf,
  );
  const stranger = {
    methods: ['password'],
    password: { user: { name: 'nobody', domain: { id: 'default' }, password: 'wrong-password' } },
  };
  await script.post('a login of nobody', tokens.path, { auth: { identity: stranger } });
  await script.post('a login without a method', tokens.path, { auth: { identity: {} } });
  await script.post('a login without anything', tokens.path, {});
  await recorder.ask(
    'the project by name',
    ['keystone', { path: '/v3/projects', query: { name: 'k8s' } }],
    (body) => ({ projects: listIn(body, 'projects') }),
  );
  await recorder.ask(
    'a role by name',
    ['keystone', { path: '/v3/roles', query: { name: 'member' } }],
    (body) => ({ roles: listIn(body, 'roles') }),
  );
  await script.get('no project', '/v3/projects/nothing');
  await script.get('no user', '/v3/users/nobody');
  return recorder.chapter;
}

function tokenOf(body: Json): Json {
  const token = objectIn(body, 'token');
  const catalog = listIn(token, 'catalog')
    .filter(({ type }) => known.includes(String(type)))
    .sort((a, b) => String(a['type']).localeCompare(String(b['type'])))
    .map((service) => ({
      ...service,
      endpoints: listIn(service, 'endpoints').filter((each) => each['interface'] === 'public'),
    }));
  const roles = listIn(token, 'roles').filter(({ name }) => name === 'admin');
  return { token: { ...token, catalog, roles } };
}
