/**
 * The load balancer that follows from a service, against views of real forms.
 */
import { expect, test } from '@playwright/test';
import { differencesOf } from '../expect/differences.ts';
import { expectedBalancer } from './expected-balancer.ts';
import { listenerForm, loadBalancerForm, memberForm, poolForm } from './octavia-forms.ts';
import { type LoadBalancerView, loadBalancerViewOf } from './views.ts';

const service = {
  clusterIP: '10.79.0.9',
  ports: [
    { port: 81, protocol: 'TCP' },
    { port: 80, protocol: 'UDP' },
    { port: 80, protocol: 'TCP' },
  ],
};
const expected = expectedBalancer(service, ['10.20.0.9', '10.20.0.10'], 8080);
const fine = { provisioning_status: 'ACTIVE', operating_status: 'ONLINE' };

function viewWith(
  change: { status?: string; addresses?: readonly string[] } = {},
): LoadBalancerView {
  const { status = 'ACTIVE', addresses = ['10.20.0.10', '10.20.0.9'] } = change;
  const listeners = service.ports.map(({ port, protocol }, index) =>
    listenerForm.parse({ ...fine, id: `l${index}`, protocol, protocol_port: port }),
  );
  const members = addresses.map((address) =>
    memberForm.parse({ ...fine, id: address, address, protocol_port: 8080 }),
  );
  const pool = poolForm.parse({
    ...fine,
    id: 'p',
    protocol: 'TCP',
    lb_algorithm: 'SOURCE_IP_PORT',
  });
  return loadBalancerViewOf(
    loadBalancerForm.parse({
      ...fine,
      provisioning_status: status,
      id: 'lb',
      vip_address: '10.79.0.9',
    }),
    { listeners, pools: [{ pool, members }], floatingIps: [] },
  );
}

test.describe('the load balancer that a service should have', () => {
  test('fits one with the same listeners and members, in whatever order they came', () => {
    expect(differencesOf(expected, viewWith())).toEqual([]);
  });

  test('fits none that is still changed', () => {
    expect(differencesOf(expected, viewWith({ status: 'PENDING_UPDATE' }))).toEqual([
      { path: 'provisioningStatus', expected: "'ACTIVE'", actual: "'PENDING_UPDATE'" },
    ]);
  });

  test('fits none without all of its members', () => {
    expect(differencesOf(expected, viewWith({ addresses: ['10.20.0.9'] }))).toEqual([
      {
        path: 'members',
        expected: "[ '10.20.0.10:8080', '10.20.0.9:8080' ]",
        actual: "[ '10.20.0.9:8080' ]",
      },
    ]);
  });
});
