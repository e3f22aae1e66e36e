/**
 * VLAN ids for subports. As in kuryr-lib one allocator serves all trunks of a controller, lives in its
 * memory only, and gives any free id: real trunks show 2037 beside 585.
 */
import type { Random } from '../../world.ts';
import { NotReady } from '../queue.ts';

const least = 1;
const most = 4094;

/** Gives ids out. */
export class VlanIds {
  readonly #random: Random;
  readonly #taken = new Set<number>();

  constructor(random: Random) {
    this.#random = random;
  }

  /** An id that this controller has not given out and that the trunk does not use. */
  allocate(inUse: ReadonlySet<number>): number {
    const isFree = (id: number): boolean => !this.#taken.has(id) && !inUse.has(id);
    const start = this.#random.between(least, most);
    for (let step = 0; step < most; step++) {
      const id = ((start - least + step) % most) + least;
      if (isFree(id)) {
        this.#taken.add(id);
        return id;
      }
    }
    throw new NotReady('There is no free VLAN id.');
  }

  release(id: number): void {
    this.#taken.delete(id);
  }
}
