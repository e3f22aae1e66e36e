import { expect, test } from '@playwright/test';
import {
  balancerName,
  groupName,
  listenerName,
  memberName,
  networkName,
  portName,
  subnetName,
} from './names.ts';

const uid = '0b54f6a4-6a3d-4a10-9d45-1f6a4bb4e5c1';
const space = { name: 'demo', uid };

test.describe('names of what Kuryr makes', () => {
  test('follow the release', () => {
    expect(networkName({ namesByUid: false }, space)).toBe('ns/demo-net');
    expect(subnetName({ namesByUid: false }, space)).toBe('ns/demo-subnet');
    expect(networkName({ namesByUid: true }, space)).toBe(`${uid}/demo`);
    expect(subnetName({ namesByUid: true }, space)).toBe(`${uid}/demo`);
    expect(groupName({ namesByUid: false }, { namespace: 'demo', name: 'deny' })).toBe(
      'sg-demo-deny',
    );
    expect(groupName({ namesByUid: true }, { namespace: 'demo', name: 'deny' })).toBe(
      'sg/demo-deny',
    );
  });

  test('of a service and what is below it hang together', () => {
    const balancer = balancerName({ namespace: 'demo', name: 'web' });

    expect(balancer).toBe('demo/web');
    expect(listenerName(balancer, { protocol: 'UDP', port: 53 })).toBe('demo/web:UDP:53');
    expect(memberName({ namespace: 'demo', name: 'web-1' }, 8080)).toBe('demo/web-1:8080');
  });

  test('that would be too long lose the middle, never what stands around', () => {
    const name = portName({ namespace: 'n'.repeat(63), name: 'p'.repeat(253) });

    expect(name).toHaveLength(255);
    expect(name.startsWith(`${'n'.repeat(63)}/p`)).toBe(true);
  });
});
