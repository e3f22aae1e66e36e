import { expect, test } from '@playwright/test';
import { type Body, startTestedCloud, type TestedCloud } from '../testing.ts';
import { fault, makeBalancer, makeListener } from './testing.ts';

test.describe('an Octavia of an older series', () => {
  for (const [series, newest] of [
    ['queens', 'v2.0'],
    ['rocky', 'v2.2'],
    ['stein', 'v2.10'],
    ['train', 'v2.13'],
    ['victoria', 'v2.23'],
    ['2025.1', 'v2.30'],
  ] as const) {
    test(`of ${series} says that it speaks ${newest}`, async () => {
      await using tested = await startTestedCloud({ series, octavia: 'amphora' });
      const versions = await tested.kuryr.octavia.list('/', 'versions');

      expect(versions.find(({ status }) => status === 'CURRENT')?.id).toBe(newest);
    });
  }

  test('knows no UDP, no tags and no providers in Queens', async () => {
    await using tested = await startTestedCloud({ series: 'queens', octavia: 'amphora' });
    const { balancer } = await makeBalancer(tested);

    expect(balancer).not.toHaveProperty('tags');
    await expect(makeListener(tested, balancer, { protocol: 'UDP' })).rejects.toThrow(
      fault(400, "Invalid input for field/attribute protocol. Value: 'UDP'."),
    );
    await expect(makeListener(tested, balancer, { tags: ['a'] })).rejects.toThrow(
      fault(400, 'Unknown attribute for argument'),
    );
    await expect(tested.kuryr.octavia.get('/v2/lbaas/providers')).rejects.toThrow('status 404');
  });

  test('lets no two protocols share a port in Stein', async () => {
    await using tested = await startTestedCloud({ series: 'stein', octavia: 'amphora' });
    const { balancer } = await makeBalancer(tested);
    await makeListener(tested, balancer, { protocol_port: 53 });

    await expect(
      makeListener(tested, balancer, { protocol_port: 53, protocol: 'UDP' }),
    ).rejects.toThrow(
      fault(409, 'Another Listener on this Load Balancer is already using protocol_port 53'),
    );
  });

  test('has SCTP in the API since Victoria, with ovn since Wallaby', async () => {
    await using victoria = await startTestedCloud({ series: 'victoria' });
    await using wallaby = await startTestedCloud({ series: 'wallaby' });
    const sctp = async (tested: TestedCloud): Promise<Body> => {
      const { balancer } = await makeBalancer(tested);
      return makeListener(tested, balancer, { protocol: 'SCTP' });
    };

    await expect(sctp(victoria)).rejects.toThrow(
      fault(501, "Provider 'ovn' does not support a requested option"),
    );
    expect(await sctp(wallaby)).toMatchObject({ protocol: 'SCTP' });
  });
});
