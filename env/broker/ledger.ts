/**
 * Who holds how much, and who waits, first come first served. Pure bookkeeping: no sockets, no time.
 */
import { type LeaseKind, type LeaseLimits, leaseKinds } from './protocol.ts';

/** One wish for some objects of a kind. */
export interface Claim {
  /** Unique among all connections. */
  readonly id: string;
  readonly kind: LeaseKind;
  readonly count: number;
  /** Who would use them; several leases of one holder belong together. */
  readonly holder: string;
}

/** What became of a claim. */
export type Ruling =
  | { readonly claim: Claim; readonly verdict: 'granted' }
  | {
      readonly claim: Claim;
      readonly verdict: 'waiting';
      readonly ahead: number;
      readonly inUse: number;
    }
  | {
      readonly claim: Claim;
      readonly verdict: 'refused';
      readonly code: 'LEASE_OVER_LIMIT' | 'LEASE_DEADLOCK';
      readonly reason: string;
    };

/** The book of all leases of a run. */
export class Ledger {
  readonly #limits: LeaseLimits;
  readonly #held = new Map<string, Claim>();
  #queue: Claim[] = [];

  constructor(limits: LeaseLimits) {
    this.#limits = limits;
  }

  /** Enters a claim; gives the rulings that follow for it and for others. */
  claim(claim: Claim): Ruling[] {
    const limit = this.#limits[claim.kind];
    if (claim.count > limit) {
      return [
        refused(
          claim,
          'LEASE_OVER_LIMIT',
          `${claim.count} of ${claim.kind} are asked for, but the limit is ${limit}`,
        ),
      ];
    }
    this.#queue.push(claim);
    return this.#rule();
  }

  /** Ends a claim, granted or not; gives the rulings that follow for others. */
  release(id: string): Ruling[] {
    this.#held.delete(id);
    this.#queue = this.#queue.filter((claim) => claim.id !== id);
    return this.#rule();
  }

  /** How many objects of a kind are leased. */
  inUse(kind: LeaseKind): number {
    return [...this.#held.values()]
      .filter((claim) => claim.kind === kind)
      .reduce((sum, claim) => sum + claim.count, 0);
  }

  #rule(): Ruling[] {
    const granted = leaseKinds.flatMap((kind) => this.#grant(kind));
    const deadlocked = this.#breakDeadlock();
    const after = deadlocked === undefined ? [] : leaseKinds.flatMap((kind) => this.#grant(kind));
    return [
      ...granted,
      ...(deadlocked === undefined ? [] : [deadlocked]),
      ...after,
      ...this.#waiting(),
    ];
  }

  #grant(kind: LeaseKind): Ruling[] {
    const rulings: Ruling[] = [];
    // The first in the queue is never overtaken by a smaller claim, so that it cannot starve.
    for (const claim of this.#queue.filter((candidate) => candidate.kind === kind)) {
      if (this.inUse(kind) + claim.count > this.#limits[kind]) {
        break;
      }
      this.#held.set(claim.id, claim);
      rulings.push({ claim, verdict: 'granted' });
    }
    this.#queue = this.#queue.filter((claim) => !this.#held.has(claim.id));
    return rulings;
  }

  /**
   * When everybody who holds something waits for more, nobody will ever give anything back. A scenario holds
   * its place on the stack by the same name as what is scarce.
   */
  #breakDeadlock(): Ruling | undefined {
    const holders = new Set([...this.#held.values()].map(({ holder }) => holder));
    const waiters = new Set(this.#queue.map(({ holder }) => holder));
    const isStuck =
      holders.size > 0 &&
      this.#queue.length > 0 &&
      [...holders].every((holder) => waiters.has(holder));
    const youngest = isStuck
      ? this.#queue.findLast(({ holder }) => holders.has(holder))
      : undefined;
    if (youngest === undefined) {
      return undefined;
    }
    this.#queue = this.#queue.filter((claim) => claim !== youngest);
    return refused(
      youngest,
      'LEASE_DEADLOCK',
      'everybody who holds something waits for more, so the last one to ask would wait for ever',
    );
  }

  #waiting(): Ruling[] {
    return leaseKinds.flatMap((kind) =>
      this.#queue
        .filter((claim) => claim.kind === kind)
        .map((claim, ahead): Ruling => ({
          claim,
          verdict: 'waiting',
          ahead,
          inUse: this.inUse(kind),
        })),
    );
  }
}

function refused(
  claim: Claim,
  code: 'LEASE_OVER_LIMIT' | 'LEASE_DEADLOCK',
  reason: string,
): Ruling {
  return { claim, verdict: 'refused', code, reason };
}
