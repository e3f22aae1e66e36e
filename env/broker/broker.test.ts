import { access } from 'node:fs/promises';
import { connect } from 'node:net';
import { expect, test } from '@playwright/test';
import { connectBroker, type Leases } from './client.ts';
import { Ledger, type Ruling } from './ledger.ts';
import type { LeaseKind } from './protocol.ts';
import { startBroker } from './server.ts';

/** Settles to whether a promise is settled once everything that was under way has been heard. */
async function isSettled(promise: Promise<unknown>, beacon: Leases): Promise<boolean> {
  let settled = false;
  void promise.then(
    () => (settled = true),
    () => (settled = true),
  );
  // The broker answers in order: when this later lease is there, so is any earlier answer.
  const lease = await beacon.acquire('floatingIps', 1, { holder: 'beacon' });
  await lease[Symbol.asyncDispose]();
  return settled;
}

test.describe('the broker', () => {
  test('grants leases up to the limit and the next one when one is given back', async () => {
    await using broker = await startBroker({ loadBalancers: 2, floatingIps: 5 });
    const told: string[] = [];
    await using one = await connectBroker(broker.socketPath, (text) => told.push(text));
    await using two = await connectBroker(broker.socketPath);
    const first = await one.acquire('loadBalancers', 1);
    await two.acquire('loadBalancers', 1);
    const third = one.acquire('loadBalancers', 1, { holder: 'third' });

    expect(await isSettled(third, one)).toBe(false);
    expect(told.at(-1)).toBe(
      'lease of 1 load balancers: 2 of 2 are in use, 0 requests are ahead, waiting for 0 s',
    );

    await first[Symbol.asyncDispose]();
    expect(await third).toMatchObject({ kind: 'loadBalancers', count: 1 });
  });

  test('serves in the order of asking, so that a big wish is not starved by small ones', async () => {
    await using broker = await startBroker({ loadBalancers: 3, floatingIps: 5 });
    await using leases = await connectBroker(broker.socketPath);
    const held = await leases.acquire('loadBalancers', 2, { holder: 'a' });
    const order: string[] = [];
    const big = leases.acquire('loadBalancers', 3, { holder: 'b' }).then((lease) => {
      order.push('big');
      return lease;
    });
    const small = leases
      .acquire('loadBalancers', 1, { holder: 'c' })
      .then(() => order.push('small'));

    expect(await isSettled(small, leases)).toBe(false);
    await held[Symbol.asyncDispose]();
    await (await big)[Symbol.asyncDispose]();
    await small;
    expect(order).toEqual(['big', 'small']);
  });

  test('takes back what a lost connection held', async () => {
    await using broker = await startBroker({ loadBalancers: 1, floatingIps: 1 });
    const doomed = await connectBroker(broker.socketPath);
    await using other = await connectBroker(broker.socketPath);
    await doomed.acquire('loadBalancers', 1);
    const waiting = other.acquire('loadBalancers', 1);
    await doomed[Symbol.asyncDispose]();

    expect(await waiting).toMatchObject({ count: 1 });
  });

  test('lets a wish go that is no longer wanted', async () => {
    await using broker = await startBroker({ loadBalancers: 1, floatingIps: 1 });
    await using leases = await connectBroker(broker.socketPath);
    const held = await leases.acquire('loadBalancers', 1, { holder: 'a' });
    const stop = new AbortController();
    const unwanted = leases.acquire('loadBalancers', 1, { holder: 'b', signal: stop.signal });
    const next = leases.acquire('loadBalancers', 1, { holder: 'c' });
    stop.abort(new Error('the scenario is over'));

    await expect(unwanted).rejects.toThrow('the scenario is over');
    await held[Symbol.asyncDispose]();
    expect(await next).toMatchObject({ count: 1 });
  });

  test('refuses what can never be granted', async () => {
    await using broker = await startBroker({ loadBalancers: 2, floatingIps: 0 });
    await using leases = await connectBroker(broker.socketPath);

    await expect(leases.acquire('loadBalancers', 3)).rejects.toThrow(
      'Leasing 3 load balancers: 3 of loadBalancers are asked for, but the limit is 2. Raise limits of the profile',
    );
    await expect(leases.acquire('floatingIps', 1)).rejects.toMatchObject({
      code: 'LEASE_OVER_LIMIT',
    });
  });

  test('refuses the youngest wish when all holders wait for each other', async () => {
    await using broker = await startBroker({ loadBalancers: 2, floatingIps: 1 });
    await using leases = await connectBroker(broker.socketPath);
    await leases.acquire('loadBalancers', 1, { holder: 'a' });
    const held = await leases.acquire('loadBalancers', 1, { holder: 'b' });
    const patient = leases.acquire('loadBalancers', 1, { holder: 'a' });

    await expect(leases.acquire('loadBalancers', 1, { holder: 'b' })).rejects.toMatchObject({
      code: 'LEASE_DEADLOCK',
    });
    await held[Symbol.asyncDispose]();
    expect(await patient).toMatchObject({ count: 1 });
  });

  test('says so when it is gone, and leaves no socket behind', async () => {
    const broker = await startBroker({ loadBalancers: 1, floatingIps: 1 });
    await using leases = await connectBroker(broker.socketPath);
    await leases.acquire('loadBalancers', 1, { holder: 'a' });
    const waiting = leases.acquire('loadBalancers', 1, { holder: 'b' });
    const refusal = expect(waiting).rejects.toMatchObject({ code: 'BROKER_LOST' });
    await broker.close();

    await refusal;
    await expect(access(broker.socketPath)).rejects.toThrow('ENOENT');
    await expect(connectBroker(broker.socketPath)).rejects.toMatchObject({
      code: 'BROKER_UNREACHABLE',
    });
  });

  test('hangs up on whoever does not speak its language', async () => {
    await using broker = await startBroker({ loadBalancers: 1, floatingIps: 1 });
    const stranger = connect(broker.socketPath);
    const closed = new Promise((resolve) => stranger.once('close', resolve));
    stranger.write('GET / HTTP/1.1\n');

    await closed;
    await using leases = await connectBroker(broker.socketPath);
    expect(await leases.acquire('loadBalancers', 1)).toMatchObject({ count: 1 });
  });

  test('is not needed: without one every lease is granted', async () => {
    await using leases = await connectBroker(undefined);

    expect(await leases.acquire('loadBalancers', 1_000)).toMatchObject({ count: 1_000 });
  });
});

test.describe('the ledger', () => {
  test('lets one be the only one there, after those who came before and before those who come later', () => {
    const ledger = new Ledger({ loadBalancers: 1, floatingIps: 1, presence: 3 });
    const here = (id: string, count: number): string[] =>
      ledger
        .claim({ id, kind: 'presence', count, holder: id })
        .filter(({ verdict }) => verdict === 'granted')
        .map(({ claim }) => claim.id);

    expect([here('a', 1), here('all', 3), here('b', 1)]).toEqual([['a'], [], []]);
    expect(ledger.release('a')).toMatchObject([
      { claim: { id: 'all' }, verdict: 'granted' },
      { claim: { id: 'b' }, verdict: 'waiting', ahead: 0 },
    ]);
    expect(ledger.release('all')).toMatchObject([{ claim: { id: 'b' }, verdict: 'granted' }]);
  });

  test('sees a deadlock over what is scarce among those who are present', () => {
    const ledger = new Ledger({ loadBalancers: 2, floatingIps: 1, presence: 3 });
    for (const holder of ['a', 'b']) {
      ledger.claim({ id: `${holder} there`, kind: 'presence', count: 1, holder });
      ledger.claim({ id: `${holder} 1`, kind: 'loadBalancers', count: 1, holder });
    }
    ledger.claim({ id: 'a 2', kind: 'loadBalancers', count: 1, holder: 'a' });

    expect(
      ledger.claim({ id: 'b 2', kind: 'loadBalancers', count: 1, holder: 'b' }),
    ).toContainEqual(expect.objectContaining({ verdict: 'refused', code: 'LEASE_DEADLOCK' }));
  });

  test('sees a deadlock between who waits to be alone and who waits for what that one holds', () => {
    const ledger = new Ledger({ loadBalancers: 1, floatingIps: 1, presence: 3 });
    const claim = (id: string, kind: LeaseKind, count = 1): Ruling[] =>
      ledger.claim({ id, kind, count, holder: id.slice(0, 1) });
    claim('a 1', 'loadBalancers');
    claim('c here', 'presence');
    claim('a alone', 'presence', 3);
    claim('b 1', 'loadBalancers');

    // Who is there and waits for nothing will leave.
    expect(claim('d 1', 'loadBalancers')).toContainEqual(
      expect.objectContaining({ verdict: 'waiting' }),
    );
    expect(claim('c 1', 'loadBalancers')).toContainEqual(
      expect.objectContaining({ verdict: 'refused', code: 'LEASE_DEADLOCK' }),
    );
  });

  test('counts every kind by itself', () => {
    const ledger = new Ledger({ loadBalancers: 1, floatingIps: 1, presence: 2 });
    ledger.claim({ id: '1', kind: 'loadBalancers', count: 1, holder: 'a' });
    const [ruling] = ledger.claim({ id: '2', kind: 'floatingIps', count: 1, holder: 'b' });

    expect(ruling?.verdict).toBe('granted');
    expect(ledger.inUse('loadBalancers')).toBe(1);
    ledger.release('1');
    expect(ledger.inUse('loadBalancers')).toBe(0);
  });
});
