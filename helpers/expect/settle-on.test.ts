/**
 * The matchers for readings: when they pass, when they fail, and what a reader of the failure learns.
 */
import { expect, test } from '@playwright/test';
import { type BudgetSpec, ProbeError, StackError } from '#env';
import { reading } from '../reading.ts';
import { claim } from './differences.ts';
import { hold } from './hold.ts';
import { expect as houseExpect } from './index.ts';
import { longest } from './sampling.ts';
import { settleOn } from './settle-on.ts';

const budget: BudgetSpec = { name: 'dataplane', withinMs: 300, everyMs: 20, consecutive: 3 };
// Where a pass is expected, a busy machine must not turn it into a failure.
const generous: BudgetSpec = { ...budget, withinMs: 10_000 };

function series<T>(name: string, values: readonly [T, ...T[]]) {
  let next = 0;
  return reading(name, () => {
    const value = values[Math.min(next, values.length - 1)] as T;
    next += 1;
    return Promise.resolve(value);
  });
}

test.describe('toSettleOn', () => {
  test('passes once the good reads in a row are complete', async () => {
    const answers = series('GET / from outside', [
      { status: 503 },
      { status: 200 },
      { status: 503 },
      { status: 200 },
      { status: 200 },
      { status: 200 },
    ]);

    await houseExpect(answers).toSettleOn({ status: 200 }, generous);
  });

  test('fails when the last read is good but the run of good reads is not complete', async () => {
    let reads = 0;
    const flapping = reading('flapping', () => Promise.resolve((reads += 1) % 2));

    const judgement = await settleOn(flapping, 1, budget);

    expect(judgement.pass).toBe(false);
  });

  test('names the reading, the budget, the reads and the fields that differ', async () => {
    const answers = series('GET http://198.51.100.7/ from outside', [
      { status: 503, headers: { server: 'x' }, noise: 1 },
    ]);

    const judgement = await settleOn(answers, { status: 200, headers: { server: 'y' } }, budget);

    expect(judgement.message()).toMatch(
      /^GET http:\/\/198\.51\.100\.7\/ from outside did not settle within 300 ms \(budget "dataplane", \d+ reads?\)\.\n {2}status: expected 200, last read 503\n {2}headers\.server: expected 'y', last read 'x'$/,
    );
  });

  test('shows of a list that is too short or too long only the fields that were asked for', async () => {
    const balancer = series('load balancer demo/echo', [
      { listeners: [{ id: '40d4d611', protocol: 'UDP', port: 53, allowedCidrs: [] }] },
    ]);

    const judgement = await settleOn(
      balancer,
      {
        listeners: [
          { protocol: 'TCP', port: 53 },
          { protocol: 'UDP', port: 53 },
        ],
      },
      budget,
    );

    expect(judgement.message()).toContain(
      "listeners: expected [ { port: 53, protocol: 'TCP' }, { port: 53, protocol: 'UDP' } ], " +
        "last read [ { port: 53, protocol: 'UDP' } ]",
    );
  });

  test('gives every read a signal that ends with the budget', async () => {
    let isAborted = false;
    const hung = reading(
      'hung',
      (signal) =>
        new Promise<number>((_, reject) => {
          signal.addEventListener('abort', () => {
            isAborted = true;
            reject(new Error('aborted'));
          });
        }),
    );

    await expect(settleOn(hung, 1, budget)).rejects.toThrow(
      'Reading hung: found no answer within 300 ms (budget "dataplane").',
    );
    expect(isAborted).toBe(true);
  });

  test('ends in time although a read ignores its signal', async () => {
    const deaf = reading('deaf', () => new Promise<number>(() => undefined));
    const started = performance.now();

    await expect(settleOn(deaf, 1, budget)).rejects.toBeInstanceOf(ProbeError);
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  test('outlives trouble that passes, and reports trouble that stays as trouble', async () => {
    let reads = 0;
    const trouble = new StackError(
      'STACK_UNREACHABLE',
      'Reading a port: found a closed connection.',
    );
    const recovering = reading('recovering', () =>
      (reads += 1) < 3 ? Promise.reject(trouble) : Promise.resolve('ACTIVE'),
    );
    const broken = reading('broken', () => Promise.reject<string>(trouble));

    await houseExpect(recovering).toSettleOn('ACTIVE', generous);
    await expect(settleOn(broken, 'ACTIVE', budget)).rejects.toBe(trouble);
  });

  test('judges by what was seen last when trouble comes at the end only', async () => {
    const started = performance.now();
    const trouble = new ProbeError('PROBER_SILENT', 'Probing: found a pod that answers nobody.');
    const untilLate = (value: string, lateMs: number) =>
      reading('who reaches whom', () =>
        performance.now() - started < lateMs ? Promise.resolve(value) : Promise.reject(trouble),
      );
    const long: BudgetSpec = { ...budget, withinMs: 2_000 };

    const [wrong, right, early] = await Promise.allSettled([
      settleOn(untilLate('dropped', 1_800), 'open', long),
      settleOn(untilLate('open', 1_800), 'open', { ...long, consecutive: 1_000 }),
      settleOn(untilLate('dropped', 500), 'open', long),
    ]);

    expect(wrong).toMatchObject({ status: 'fulfilled', value: { pass: false } });
    expect(wrong.status === 'fulfilled' && wrong.value.message()).toMatch(
      /at last without an answer\)\.\n {2}expected 'open', last read 'dropped'$/,
    );
    expect(right).toMatchObject({ status: 'rejected', reason: trouble });
    expect(early).toMatchObject({ status: 'rejected', reason: trouble });
  });

  test('goes on past its budget while there is trouble or good reads, and ends at a bad one', async () => {
    const started = performance.now();
    const trouble = new ProbeError('PROBER_SILENT', 'Probing: found a pod that answers nobody.');
    const answering = (fromMs: number, value: string) =>
      reading('who reaches whom', () =>
        performance.now() - started < fromMs ? Promise.reject(trouble) : Promise.resolve(value),
      );
    const short: BudgetSpec = { ...budget, withinMs: 1_000 };

    const [right, wrong, never] = await Promise.allSettled([
      settleOn(answering(1_500, 'open'), 'open', short),
      settleOn(answering(1_500, 'dropped'), 'open', short),
      settleOn(answering(60_000, 'open'), 'open', short),
    ]);

    expect(right).toMatchObject({ status: 'fulfilled', value: { pass: true } });
    expect(wrong).toMatchObject({ status: 'fulfilled', value: { pass: false } });
    expect(never).toMatchObject({ status: 'rejected', reason: trouble });
    expect(performance.now() - started).toBeGreaterThan(short.withinMs * longest - budget.everyMs);
  });

  test('lets a mistake in a reading fly at once', async () => {
    let reads = 0;
    const mistaken = reading('mistaken', () => {
      reads += 1;
      return Promise.reject<string>(new TypeError('x is not a function'));
    });

    await expect(settleOn(mistaken, 'ACTIVE', budget)).rejects.toThrow(TypeError);
    expect(reads).toBe(1);
  });

  test('takes asymmetric matchers, undefined, arrays and named predicates', async () => {
    await houseExpect(series('text', ['abc'])).toSettleOn(expect.stringMatching(/^a/), generous);
    await houseExpect(series<string | undefined>('gone', [undefined])).toSettleOn(
      undefined,
      generous,
    );
    await houseExpect(series('list', [{ ids: ['b', 'a'] }])).toSettleOn(
      { ids: expect.arrayContaining(['a', 'b']) },
      generous,
    );
    await houseExpect(series('number', [7])).toSettleOn(
      claim('is odd', (value) => value % 2 === 1),
      generous,
    );
    const judgement = await settleOn(
      series('number', [8]),
      claim<number>('is odd', (value) => value % 2 === 1),
      budget,
    );
    expect(judgement.message()).toContain('\n  expected is odd, last read 8');
    const pattern = await settleOn(series('text', ['abc']), expect.stringMatching(/^b/), budget);
    expect(pattern.message()).toContain("expected StringMatching /^b/, last read 'abc'");
  });

  test('refuses a value that is no reading, and a negation', async () => {
    const anything = houseExpect as unknown as (value: unknown) => Matchers;
    interface Matchers {
      readonly not: Matchers;
      toSettleOn(expected: unknown, spec: BudgetSpec): Promise<void>;
    }

    await expect(anything(42).toSettleOn(42, budget)).rejects.toThrow(
      'Expecting with toSettleOn: found a value that is no reading.',
    );
    await expect(anything(series('x', [1])).not.toSettleOn(2, budget)).rejects.toThrow(
      'Expecting with toSettleOn: found ".not" before it.',
    );
  });

  test('hides secrets in what it prints', async () => {
    const judgement = await settleOn(
      series('session', [{ header: 'Bearer abcdefghijklmnop' }]),
      { header: '' },
      budget,
    );

    expect(judgement.message()).not.toContain('abcdefghijklmnop');
  });

  test('does not compile when the expected field does not exist', async () => {
    const answers = series('typed', [{ status: 200 }]);

    // @ts-expect-error: "state" is no field of the reading's value.
    await expect(houseExpect(answers).toSettleOn({ state: 1 }, budget)).rejects.toThrow('state');
  });
});

test.describe('toHold', () => {
  const window: BudgetSpec = { name: 'quiet', withinMs: 600, everyMs: 20, consecutive: 3 };

  test('passes when every read of the window is as expected', async () => {
    let reads = 0;
    const steady = reading('steady', () =>
      Promise.resolve({ count: (reads += 1), verdict: 'dropped' }),
    );

    await houseExpect(steady).toHold({ verdict: 'dropped' }, window);
    expect(reads).toBeGreaterThanOrEqual(3);
  });

  test('fails at the first read that differs, and says which', async () => {
    const judgement = await hold(
      series('verdict', ['dropped', 'open', 'dropped']),
      'dropped',
      window,
    );

    expect(judgement.pass).toBe(false);
    expect(judgement.message()).toMatch(
      /^verdict did not hold for 600 ms \(budget "quiet", read 2 after \d+ ms\)\.\n {2}expected 'dropped', last read 'open'$/,
    );
  });

  test('lasts until there were the reads that it needs, and then no longer than its window', async () => {
    const short: BudgetSpec = { ...window, withinMs: 100, everyMs: 10 };
    let reads = 0;
    const slow = reading('slow', async () => {
      await new Promise((resolve) => setTimeout(resolve, 60));
      return (reads += 1) < 4 ? 'dropped' : 'open';
    });

    await houseExpect(slow).toHold('dropped', short);
    expect(reads).toBe(3);
  });

  test('cannot judge a window with fewer than the reads it needs', async () => {
    const lone: BudgetSpec = { name: 'quiet', withinMs: 50, everyMs: 1_000, consecutive: 1 };

    await expect(hold(series('lone', ['dropped']), 'dropped', lone)).rejects.toThrow(
      'made 1 read(s) where 2 are needed',
    );
  });

  test('cannot judge a window in which a read broke', async () => {
    const broken = reading('broken', () =>
      Promise.reject<string>(new ProbeError('PROBE_LOST', 'The channel closed.')),
    );

    await expect(hold(broken, 'dropped', window)).rejects.toBeInstanceOf(ProbeError);
  });
});
