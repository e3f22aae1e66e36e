import { expect, test } from '@playwright/test';
import { type Axes, type KuryrRelease, kuryrReleases } from '../../world.ts';
import { releaseOf } from '../release.ts';
import { settingsFor } from '../settings.ts';
import { crdsOf } from './crds.ts';
import { kuryrObjects } from './manifests.ts';

const axes: Axes = {
  series: '2024.1',
  kuryr: '10.0',
  octavia: 'ovn',
  ml2: 'ovn',
  firewall: 'ovn',
  podMode: 'nested-vlan',
  cluster: { kind: 'kind' },
  workers: 2,
};

const settings = settingsFor(axes, {
  project: 'p',
  pod_router: 'r',
  pod_subnet_pool: 'sp',
  pod_subnet: 'ps',
  service_subnet: 'ss',
  pod_security_groups: ['sg1', 'sg2'],
  external_svc_net: 'x',
  external_svc_subnet: 'xs',
  resource_tags: ['a', 'b'],
  worker_nodes_subnets: ['w'],
});

function plurals(kuryr: KuryrRelease): string[] {
  return crdsOf(releaseOf({ kuryr, cluster: axes.cluster })).map(
    ({ metadata }) => metadata.name.split('.')[0] ?? '',
  );
}

test.describe("Kuryr's objects", () => {
  test('are definitions of the kinds that the release has', () => {
    const newest = ['kuryrnetworks', 'kuryrloadbalancers', 'kuryrnetworkpolicies', 'kuryrports'];

    expect(plurals('0.4')).toEqual([]);
    expect(plurals('0.5')).toEqual(['kuryrnets']);
    expect(plurals('1.1')).toEqual(['kuryrnets', 'kuryrnetpolicies']);
    expect(plurals('6.0')).toEqual(['kuryrnets', 'kuryrnetpolicies', ...newest]);
    expect(plurals('10.0')).toEqual(newest);
  });

  test('declare no status subresource in any release', () => {
    for (const kuryr of kuryrReleases) {
      const text = JSON.stringify(crdsOf(releaseOf({ kuryr, cluster: axes.cluster })));
      expect(text).not.toContain('subresources');
    }
  });

  test('carry the configuration and the version where an adopting run looks for them', () => {
    const objects = kuryrObjects(axes, settings);
    const config = objects.find(({ kind }) => kind === 'ConfigMap');
    const deployment = objects.find(({ kind }) => kind === 'Deployment');
    const conf = (config?.['data'] as Record<string, string>)['kuryr.conf'];

    expect(config?.metadata).toMatchObject({ name: 'kuryr-config', namespace: 'kube-system' });
    expect(conf).toContain('pod_vif_driver = nested-vlan\n');
    expect(conf).toContain('endpoints_driver_octavia_provider = ovn\n');
    expect(conf).toContain('resource_tags = a,b\n');
    expect(conf).toContain('enforce_sg_rules = False\n');
    expect(JSON.stringify(deployment)).toContain('kuryr/controller:10.0.0');
  });

  test('are in a namespace of their own on OpenShift', () => {
    const cluster = { kind: 'openshift', release: '4.14' } as const;
    const names = kuryrObjects({ ...axes, cluster }, settings).map(
      ({ kind, metadata }) => `${kind} ${metadata.namespace ?? '-'}/${metadata.name}`,
    );

    expect(names).toContain('Namespace -/openshift-kuryr');
    expect(names).toContain('Deployment openshift-kuryr/kuryr-controller');
    expect(names).toContain('DaemonSet openshift-kuryr/kuryr-cni');
    expect(names).toContain('ConfigMap openshift-kuryr/kuryr-config');
  });
});
