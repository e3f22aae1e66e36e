import type { Mutant } from '../mutant.ts';
import { losePackets, nodePortOf } from '../traffic.ts';

export const mutant: Mutant = {
  fault: 'On one node OVN loses what it balances to members on other nodes.',
  breaks: ['DRV-OVN-03'],
  isEverywhere: true,
  layer: 'member',
  apply: (levers) => {
    let lame: string | undefined;
    losePackets(levers, ({ origin, delivery, at }) => {
      const [from, to] = [nodePortOf(origin.attachment), nodePortOf(at)];
      const isBalanced = delivery.memberId !== undefined;
      if (!isBalanced || from === undefined || to === undefined || from === to) return false;
      lame ??= from;
      return from === lame;
    });
  },
};
