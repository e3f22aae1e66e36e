/**
 * Which member a balancer chooses: by hash for the ovn provider, in turn for amphorae.
 */
import { expect, test } from '@playwright/test';
import { TestCloud } from '../testing/cloud.ts';
import { MemberChoice, type Service, serviceFor } from './balancers.ts';
import { CloudIndex } from './cloud-index.ts';
import type { Packet } from './packet.ts';

const members = ['10.20.0.11', '10.20.0.12', '10.20.0.13'];

function service(change: (cloud: TestCloud) => void = () => undefined): Service {
  const cloud = new TestCloud();
  cloud.network('one', '10.20.0.0/26');
  cloud.network('services', '10.79.0.0/24');
  cloud.balancer('10.79.0.5', {
    provider: 'ovn',
    members: members.map((address) => [address, 8080] as const),
  });
  change(cloud);
  const { tables } = new CloudIndex(cloud);
  const found = serviceFor(tables, cloud.row('balancers', 'lb-10.79.0.5'), packet(1));
  if (found === undefined) throw new Error('no service');
  return found;
}

function packet(sourcePort: number, source = '10.20.0.10'): Packet {
  const destination = '10.79.0.5';
  return { protocol: 'tcp', source, sourcePort, destination, destinationPort: 80 };
}

function hashed(chosen: Service, source?: string): (string | undefined)[] {
  const choice = new MemberChoice();
  return Array.from(
    { length: 600 },
    (_, index) => choice.byHash(chosen, packet(32_768 + 7 * index, source), undefined)?.address,
  );
}

test.describe('the ovn provider', () => {
  test('spreads connections evenly, and knows no weights', () => {
    const chosen = hashed(
      service((cloud) => {
        for (const member of cloud.rows.members) member.weight = 0;
      }),
    );

    for (const member of members) {
      expect(chosen.filter((address) => address === member).length).toBeGreaterThan(150);
    }
  });

  test('sends a flow to the same member each time', () => {
    expect(hashed(service())).toEqual(hashed(service()));
  });

  test('keeps a client at one member with SOURCE_IP', () => {
    const sticky = service((cloud) => {
      cloud.row('pools', 'pool-10.79.0.5-TCP-80').session_persistence = { type: 'SOURCE_IP' };
    });

    expect(new Set(hashed(sticky)).size).toBe(1);
    const clients = Array.from(
      { length: 30 },
      (_, index) => hashed(sticky, `10.20.0.${20 + index}`)[0],
    );
    expect(new Set(clients).size).toBe(3);
  });

  test('leaves out members that are not in force', () => {
    const chosen = hashed(
      service((cloud) => {
        const [one, two] = cloud.rows.members;
        Object.assign(one ?? {}, { admin_state_up: false });
        Object.assign(two ?? {}, { provisioning_status: 'PENDING_CREATE' });
      }),
    );

    expect(new Set(chosen)).toEqual(new Set(['10.20.0.13']));
  });
});

test.describe('an amphora', () => {
  const turns = (chosen: Service, clients: readonly string[]): (string | undefined)[] => {
    const choice = new MemberChoice();
    return clients.map((client) => choice.byTurn(chosen, client, undefined)?.address);
  };

  test('takes turns by weight', () => {
    const weighted = service((cloud) => {
      const [one, two] = cloud.rows.members;
      Object.assign(one ?? {}, { weight: 2 });
      Object.assign(two ?? {}, { weight: 0 });
    });

    expect(turns(weighted, ['a', 'a', 'a', 'a'])).toEqual([
      ...['10.20.0.11', '10.20.0.11', '10.20.0.13', '10.20.0.11'],
    ]);
  });

  test('keeps a client at its member with session persistence', () => {
    const sticky = service((cloud) => {
      cloud.row('pools', 'pool-10.79.0.5-TCP-80').session_persistence = { type: 'SOURCE_IP' };
    });

    expect(turns(sticky, ['a', 'b', 'a', 'c', 'b'])).toEqual([
      ...['10.20.0.11', '10.20.0.12', '10.20.0.11', '10.20.0.13', '10.20.0.12'],
    ]);
  });
});
