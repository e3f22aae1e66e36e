import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@playwright/test';
import { ProfileError } from './errors.ts';
import { loadProfile } from './profile.ts';
import { scratchFile } from './testing/scratch.ts';

const example = fileURLToPath(new URL('testing/profiles/example.yaml', import.meta.url));

/** Writes a changed copy of the example and gives its path. */
async function changed(...changes: readonly (readonly [string, string])[]): Promise<string> {
  let text = await readFile(example, 'utf8');
  for (const [from, to] of changes) {
    expect(text).toContain(from);
    text = text.replace(from, to);
  }
  return scratchFile('changed.yaml', text);
}

async function problemOf(nameOrFile: string): Promise<ProfileError> {
  const error: unknown = await loadProfile(nameOrFile).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ProfileError);
  return error as ProfileError;
}

test.describe('a profile', () => {
  test('is loaded with its budgets, known failures and absolute paths', async () => {
    const profile = await loadProfile(example);

    expect(profile.name).toBe('example');
    expect(profile.budgets.podReady).toEqual({
      name: 'podReady',
      withinMs: 90_000,
      everyMs: 500,
      consecutive: 1,
    });
    expect(profile.budgets.quiet).toEqual({
      name: 'quiet',
      withinMs: 5_000,
      everyMs: 1_000,
      consecutive: 4,
    });
    expect(profile.budgets.dns.withinMs).toBe(60_000);
    expect(profile.knownFailures.map(({ requirement }) => requirement)).toEqual(['POL-07']);
    expect(profile.connection).toEqual({
      kubeconfig: example.replace('example.yaml', 'kubeconfig'),
      cloudsYaml: '/etc/openstack/clouds.yaml',
      cloud: 'devstack',
    });
  });

  test('without a list of known failures has none', async () => {
    expect(
      (await loadProfile(await changed(['title: Kuryr', 'title: A Kuryr']))).knownFailures,
    ).toEqual([]);
  });

  test('has of a shared list what its release of Kuryr gets wrong', async () => {
    const known = async (name: string): Promise<string[]> =>
      (await loadProfile(name)).knownFailures.map(({ requirement }) => requirement);
    const [first, older, last] = await Promise.all(
      ['embedded-stein-ovn', 'embedded-train-ovn', 'embedded-zed-ovn'].map(known),
    );

    expect(first).toEqual(expect.arrayContaining(['POL-NAME-01', 'POL-DENY-03']));
    expect(older).toEqual(expect.arrayContaining(['POL-PORT-01', 'POL-DENY-03']));
    expect(older).not.toContain('POL-NAME-01');
    expect(last).toContain('POL-PORT-01');
    expect(last).not.toContain('POL-DENY-03');
  });

  test('tells all its problems at once, each with file, line, key path and remedy', async () => {
    const file = await changed(
      ['services.udp', 'services.upd'],
      ['podReady: { within: 90s', 'podReady: { within: 90'],
      ['  workers: 2\n', ''],
      ['podMode: nested-vlan', 'podMode: neutron-vif'],
      ['cluster: kind', 'cluster: kind\ncolour: blue'],
    );
    const error = await problemOf(file);

    expect(error.code).toBe('PROFILE_INVALID');
    expect(error.message).toContain(`Loading profile "${file}": found 4 problems.`);
    expect(error.message).toContain(
      `${file}:15 claims.2: must be one of "pods.nested-vlan", "pods.neutron-vif"`,
    );
    expect(error.message).toContain(
      `${file}:21 budgets.podReady.within: write a number and a unit: 500ms, 90s or 5min`,
    );
    expect(error.message).toContain(`${file}:29 limits.workers: is missing: add it (number)`);
    expect(error.message).toContain(
      `${file}:11 colour: is not a known key: remove it, or correct its spelling`,
    );
  });

  test('must not contradict itself', async () => {
    const file = await changed(
      ['podMode: nested-vlan', 'podMode: neutron-vif'],
      ['provider: ovn', 'provider: amphora'],
      ['floatingIps: 2', 'floatingIps: 0'],
      ['  - services.tcp', '  - services.udp'],
    );
    const { message } = await problemOf(file);

    expect(message).toContain('"pods.nested-vlan" contradicts podMode "neutron-vif"');
    expect(message).toContain('"lb.ovn" contradicts octavia.provider "amphora"');
    expect(message).toContain('"lb.floating-ip" contradicts limits.floatingIps 0');
    expect(message).toContain('claims.2: "services.udp" is claimed twice');
  });

  test('of an adopted stack needs a connection', async () => {
    const text = await readFile(example, 'utf8');
    const file = await scratchFile('lonely.yaml', text.slice(0, text.indexOf('connection:')));

    expect((await problemOf(file)).message).toContain(
      'connection: an adopted stack needs kubeconfig',
    );
  });

  test('that is not there is asked for by its path or its name on the shelf', async () => {
    const error = await problemOf('no-such-profile');

    expect(error.code).toBe('PROFILE_NOT_FOUND');
    expect(error.message).toMatch(
      /^Reading ".*\/env\/profiles\/no-such-profile\.yaml": there is no such file\. Give the path of a profile file/,
    );
  });

  test('that is no YAML is refused with the place', async () => {
    const error = await problemOf(await changed(['title: Kuryr', 'title: [Kuryr']));

    expect(error.code).toBe('PROFILE_NOT_YAML');
    expect(error.message).toContain('at line');
  });

  test('with a broken list of known failures is refused', async () => {
    const file = await changed(['title: Kuryr', 'title: A Kuryr']);
    await writeFile(
      file.replace('.yaml', '.known-failures.yaml'),
      '- requirement: pol7\n  reason: x\n',
    );
    const { message } = await problemOf(file);

    expect(message).toContain(
      'changed.known-failures.yaml:1 0.requirement: write a requirement id such as "POL-07"',
    );
    expect(message).toContain('0.link: is missing: add it (string)');
  });
});
