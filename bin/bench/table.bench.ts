/**
 * The table of who reaches whom among nine pods of which nobody is let in: as the suite measures it, and
 * with a channel of its own for each probe, as a program that execs each probe does.
 */
import { expect, test } from '#helpers';
import { ProbeChannel } from '../../helpers/probes/channel.ts';
import { streamOfProcess } from '../../helpers/probes/streams.ts';
import { ChannelVantage } from '../../helpers/probes/vantage.ts';
import { covers } from '../../suites/requirements/index.ts';
import { figure } from './figures.ts';

const target = { protocol: 'TCP', port: 8080 } as const;
const rounds = 5;
const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'];

test('a truth table', covers('POL-DENY-01'), async ({ cluster, namespace, probes }, testInfo) => {
  const witness = await namespace.pod('witness', { labels: { open: 'yes' } });
  const pods = await Promise.all(
    names.map((name) => namespace.pod(name, { labels: { closed: 'yes' } })),
  );
  await namespace.policy('deny', {
    podSelector: { matchLabels: { closed: 'yes' } },
    policyTypes: ['Ingress'],
  });
  const openOf = async (): Promise<number> =>
    (await probes.table([witness, ...pods], target)).counts.open;
  // The witness reaches itself and is reached by all; each pod reaches itself.
  await expect(async () => {
    expect(await openOf()).toBe(2 * names.length + 1);
  }).toPass({ timeout: 30_000 });

  for (let round = 0; round < rounds; round++) {
    const table = await probes.table(pods, target);
    expect(table.counts.dropped).toBe(names.length * (names.length - 1));
    testInfo.annotations.push(figure('batches', table.elapsedMs));
  }
  const began = performance.now();
  for (const from of pods) {
    for (const to of pods) {
      const channel = new ProbeChannel(from.name, async () =>
        streamOfProcess(await cluster.attach(from)),
      );
      const vantage = new ChannelVantage(channel, {});
      const timeoutMs = 1_000;
      await vantage.batch([
        vantage.probe('tcp', { host: to.ip, port: target.port }, { timeoutMs }),
      ]);
      channel.close();
    }
  }
  testInfo.annotations.push(figure('one by one', performance.now() - began));
});
