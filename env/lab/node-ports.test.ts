import { expect, test } from '@playwright/test';

import { bridgeProblem, type NodePort, nodePortProblem } from './node-ports.ts';

const nested: NodePort = {
  port: 'p',
  status: 'ACTIVE',
  tags: ['kuryr-lab'],
  trunk: 't',
  host: 'hv',
};
const bare: NodePort = { port: 'p', status: 'ACTIVE', tags: [], trunk: undefined, host: 'n1' };

test('the port of a nested node is an ACTIVE trunk parent with the tag of Kuryr', () => {
  const problem = (port?: NodePort): string | undefined => nodePortProblem('nested', 'n1', port);

  expect(problem(nested)).toBeUndefined();
  expect(problem()).toContain('has no port in Neutron');
  expect(problem(bare)).toBe(
    'node n1 is not a trunk parent, so Kuryr cannot give its pods a subport',
  );
  expect(problem({ ...nested, status: 'DOWN' })).toBe('port of node n1 is DOWN, not ACTIVE');
  expect(problem({ ...nested, tags: [] })).toContain('lacks the tag "kuryr-lab"');
});

test('the port of a bare node is ACTIVE and bound on the node itself', () => {
  const problem = (port?: NodePort): string | undefined => nodePortProblem('bare', 'n1', port);

  expect(problem(bare)).toBeUndefined();
  expect(problem()).toContain('its kubelet does not reach pods');
  expect(problem(nested)).toContain('is bound on "hv"');
  expect(problem({ ...bare, status: 'DOWN' })).toContain('its interface is not on the switch');
});

test('the bridge of bare pods answers its node with the datapath of the host', () => {
  expect(bridgeProblem('n1', 'netdev\n', 'netdev')).toBeUndefined();
  expect(bridgeProblem('n1', '"system"\n', 'system')).toBeUndefined();
  expect(bridgeProblem('n1', 'system\n', 'netdev')).toContain(
    'has datapath type "system" instead of "netdev"',
  );
  expect(bridgeProblem('n1', undefined, 'netdev')).toContain('so Kuryr cannot plug its pods');
});
