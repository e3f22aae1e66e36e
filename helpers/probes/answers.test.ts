/**
 * Who answers many connections, over real probers on loopback.
 */
import { expect, test } from '@playwright/test';
import { ProbeError } from '#env';
import { answersOf } from './answers.ts';
import { ProbeChannel } from './channel.ts';
import { streamOfProcess } from './streams.ts';
import { startProber, startServer } from './testing.ts';
import { ChannelVantage } from './vantage.ts';

const signal = AbortSignal.timeout(60_000);
const host = '127.0.0.1';

function vantageHere(): Disposable & { readonly vantage: ChannelVantage } {
  const channel = new ProbeChannel('outside', () =>
    Promise.resolve(streamOfProcess(startProber('control'))),
  );
  return {
    vantage: new ChannelVantage(channel, { run: 'run-1', scenario: 'unit' }),
    [Symbol.dispose]: () => {
      channel.close();
    },
  };
}

test.describe('the answers to many connections', () => {
  for (const protocol of ['TCP', 'UDP'] as const) {
    test(`name the pod that gave them over ${protocol}`, async () => {
      await using server = await startServer('p1');
      using here = vantageHere();
      const [port = 0] = protocol === 'TCP' ? server.ports.tcp : server.ports.udp;
      const target = { protocol, host, port, pods: ['p1'], connections: 12 };

      const answers = await answersOf(here.vantage, target).read(signal);

      expect(answers).toEqual({
        answeredBy: ['p1'],
        ports: [port],
        verdicts: { open: 12 },
        trouble: undefined,
      });
    });
  }

  test('name a stranger, and count its answers as wrong', async () => {
    await using server = await startServer('stranger');
    using here = vantageHere();
    const [port = 0] = server.ports.tcp;
    const target = { protocol: 'TCP', host, port, pods: ['p1'], connections: 3 } as const;

    const answers = await answersOf(here.vantage, target).read(signal);

    expect(answers.answeredBy).toEqual(['stranger']);
    expect(answers.verdicts).toEqual({ 'wrong-answer': 3 });
    expect(answers.trouble).toBe('wrong-answer: answered by pod "stranger", expected "p1"');
  });

  test('say what an unanswered connection met', async () => {
    using here = vantageHere();
    const target = { protocol: 'TCP', host, port: 1, pods: ['p1'], connections: 2 } as const;

    const answers = await answersOf(here.vantage, target).read(signal);

    expect(answers).toMatchObject({ answeredBy: [], verdicts: { rejected: 2 } });
    expect(answers.trouble).toMatch(/^rejected: connect ECONNREFUSED/);
  });

  test('are none when the connections could not be opened', async () => {
    using here = vantageHere();
    const target = { protocol: 'TCP', host, port: 0, pods: ['p1'] } as const;

    await expect(answersOf(here.vantage, target).read(signal)).rejects.toThrow(ProbeError);
  });
});
