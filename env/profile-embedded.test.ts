import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { ProfileError } from './errors.ts';
import { embeddedProfileNames, loadProfile, type Profile, profileNames } from './profile.ts';
import { openStackSeries } from './series.ts';

/** Loads a profile of a few lines, or gives what is wrong with it. */
async function loaded(lines: string): Promise<Profile | string> {
  const folder = await mkdtemp(join(tmpdir(), 'kc-test-'));
  const file = join(folder, 'mine.yaml');
  await writeFile(file, `name: mine\nstack: embedded\n${lines}\n`);
  try {
    return await loadProfile(file);
  } catch (error) {
    expect(error).toBeInstanceOf(ProfileError);
    return (error as ProfileError).message;
  } finally {
    await rm(folder, { recursive: true });
  }
}

test.describe('an embedded profile', () => {
  test('needs no more than a series; all else follows', async () => {
    expect(await loaded(`series: zed`)).toMatchObject({
      kuryr: '7.0.0',
      podMode: 'nested-vlan',
      octavia: { provider: 'ovn' },
      ml2: { backend: 'ovn', firewall: 'ovn' },
      cluster: 'kind',
      nodes: 2,
    });
  });

  test('keeps what it says itself', async () => {
    const profile = await loaded(
      `series: '2025.1'\noctavia: { provider: amphora }\nnodes: 1\nlimits: { loadBalancers: 3, floatingIps: 2, workers: 1 }\nbudgets: { dns: { within: 7s } }`,
    );

    expect(profile).toMatchObject({
      kuryr: '10.0.0',
      ml2: { backend: 'ovs', firewall: 'openvswitch' },
      limits: { loadBalancers: 3, floatingIps: 2, workers: 1 },
      budgets: { dns: { withinMs: 7_000, everyMs: 150 } },
    });
    expect((profile as Profile).claims).not.toContain('nodes.several');
  });

  test('claims what its releases have', async () => {
    const claims = async (lines: string): Promise<readonly string[]> =>
      ((await loaded(lines)) as Profile).claims;
    const amphora = 'octavia: { provider: amphora }';

    expect(await claims(`series: queens\n${amphora}`)).not.toContain('services.udp');
    expect(await claims(`series: stein\n${amphora}`)).toContain('services.udp');
    // Octavia of Train can do it, and Kuryr of Train does not.
    expect(await claims(`series: train\n${amphora}`)).not.toContain('services.mixed-protocol');
    expect(await claims(`series: train\nkuryr: '3.0.0'\n${amphora}`)).toContain(
      'services.mixed-protocol',
    );
    expect(await claims(`series: train\nkuryr: '3.0.0'`)).not.toContain('services.mixed-protocol');
    expect(await claims(`series: train\n${amphora}\nopenshift: '4.6'`)).toContain(
      'services.mixed-protocol',
    );
    expect(await claims(`series: victoria`)).not.toContain('services.sctp');
  });

  test('claims how its ports, firewall and networks behave', async () => {
    const claims = async (lines: string): Promise<readonly string[]> =>
      ((await loaded(lines)) as Profile).claims;
    const hybrid =
      'octavia: { provider: amphora }\nml2: { backend: ovs, firewall: iptables_hybrid }';

    expect(await claims(`series: zed`)).toEqual(
      expect.arrayContaining([
        ...['pods.port-each', 'firewall.subports'],
        ...['namespaces.lazy-network', 'namespaces.named-by-uid'],
      ]),
    );
    expect(await claims(`series: zed\nportPool: { min: 2, batch: 4 }`)).toEqual(
      expect.arrayContaining(['pods.port-pool']),
    );
    expect(await claims(`series: zed\nportPool: { min: 2, batch: 4 }`)).not.toContain(
      'pods.port-each',
    );
    expect(await claims(`series: zed\n${hybrid}`)).toContain('firewall.hybrid');
    expect(await claims(`series: xena`)).toEqual(
      expect.arrayContaining(['namespaces.eager-network', 'namespaces.named-by-name']),
    );
    expect(await claims(`series: yoga`)).toEqual(
      expect.arrayContaining(['namespaces.lazy-network', 'namespaces.named-by-name']),
    );
  });

  test('claims that names are asked for over TCP where a webhook of OpenShift says so', async () => {
    const forced = async (lines: string): Promise<boolean> =>
      ((await loaded(`${lines}\noctavia: { provider: amphora }`)) as Profile).claims.includes(
        'dns.forced-tcp',
      );

    expect(await forced(`series: queens\nopenshift: '4.6'`)).toBe(true);
    expect(await forced(`series: train\nopenshift: '4.6'`)).toBe(false);
    expect(await forced(`series: train\nopenshift: '4.2'`)).toBe(true);
    expect(await forced(`series: queens\nopenshift: '4.11'`)).toBe(false);
    expect(await forced(`series: queens`)).toBe(false);
  });

  const impossible: [lines: string, said: string][] = [
    [
      'series: rocky\noctavia: { provider: ovn }',
      ':4 octavia.provider: the ovn provider exists since Stein',
    ],
    [
      'series: zed\noctavia: { provider: ovn }\nml2: { backend: ovs }',
      'ml2.backend: the ovn provider makes load balancers in',
    ],
    [
      'series: zed\nml2: { firewall: iptables_hybrid }',
      ':4 ml2.firewall: ML2/OVN has no firewall driver, its security groups are ACLs of OVN; use backend "ovs" for "iptables_hybrid"',
    ],
    [`series: zed\nkuryr: '11.0.0'`, ':4 kuryr: "11.0.0" was never released: Kuryr ended with 10'],
    [`series: zed\ntrunk: false`, 'trunk: nested-vlan makes each pod a subport of a trunk'],
    [
      `series: wallaby\nopenshift: '4.15'`,
      ':4 openshift: "4.15" has no Kuryr: the network operator dropped Kuryr in 4.15',
    ],
    [`series: wallaby\nopenshift: '4.1'`, '"4.1" has no Kuryr: OpenShift has had Kuryr from 4.2'],
    [`series: wallaby\ncluster: openshift`, 'openshift: is missing: add the release'],
    [
      `series: wallaby\ncluster: kind\nopenshift: '4.14'`,
      'openshift: a release of OpenShift needs',
    ],
    [
      `series: wallaby\nopenshift: '4.14'\nkuryr: '10.0.0'`,
      'kuryr: OpenShift 4.14 comes with a Kuryr of its own, near 9.0; leave kuryr out',
    ],
    [
      `series: wallaby\nopenshift: '4.14'\npodMode: neutron-vif`,
      'podMode: OpenShift always runs Kuryr in mode "nested-vlan"',
    ],
    ['series: bexar', 'series: must be one of "queens", '],
  ];

  for (const [lines, said] of impossible) {
    test(`that says "${lines.replaceAll('\n', ', ')}" is refused with the reason`, async () => {
      const message = await loaded(lines);

      expect(message).toContain(said);
      expect(message).toContain('found 1 problem.');
    });
  }

  test('is the only kind that chooses what it is made of', async () => {
    const text = await readFile(new URL('testing/profiles/example.yaml', import.meta.url), 'utf8');
    const folder = await mkdtemp(join(tmpdir(), 'kc-test-'));
    const file = join(folder, 'mine.yaml');
    await writeFile(file, `${text}nodes: 3\n`);

    await expect(loadProfile(file)).rejects.toThrow(
      'nodes: can be chosen for a stack of the kind "embedded" only: remove it',
    );
    await rm(folder, { recursive: true });
  });
});

test.describe('the table of embedded profiles', () => {
  test('holds valid profiles alone, and the default comes first', async () => {
    const profiles = await Promise.all(embeddedProfileNames().map((name) => loadProfile(name)));

    expect(profiles[0]?.name).toBe('embedded');
    expect(profileNames()[0]).toBe('embedded');
    expect(profiles.every(({ stack }) => stack === 'embedded')).toBe(true);
  });

  test('has every series with each provider that it supports', async () => {
    const profiles = await Promise.all(embeddedProfileNames().map((name) => loadProfile(name)));
    const found = new Set(
      profiles
        .filter(({ podMode, cluster }) => podMode === 'nested-vlan' && cluster === 'kind')
        .map(({ series, octavia }) => `${series} ${octavia.provider}`),
    );
    const wanted = openStackSeries.flatMap((series, index) => [
      `${series} amphora`,
      ...(index < 2 ? [] : [`${series} ovn`]),
    ]);

    expect([...found].sort()).toEqual(wanted.sort());
  });

  test('is asked for by name, and a name that it does not have is refused', async () => {
    expect((await loadProfile('embedded-openshift-4.14')).openshift).toBe('4.14');
    await expect(loadProfile('embedded-bexar-ovn')).rejects.toThrow('there is no such file');
  });
});
