/**
 * Compares two recordings: status codes, bodies (keys, types, and values as far as they are not local),
 * orders of states, verdicts. What differs is a difference; whether it is accepted stands elsewhere.
 */
import type { Chapter, Step } from './trace.ts';

/** One difference between the lab and another stack. */
export interface Difference {
  readonly chapter: string;
  readonly step: string;
  /** What differs: "status", "states", "verdict", or a path into the body. */
  readonly at: string;
  readonly lab: string;
  readonly here: string;
}

const absent = 'nothing';

/** Lists the differences between two recordings of the same script. */
export function differencesOf(
  lab: ReadonlyMap<string, Chapter>,
  here: ReadonlyMap<string, Chapter>,
): Difference[] {
  const chapters = [...new Set([...lab.keys(), ...here.keys()])];
  return chapters.flatMap((name) =>
    chapterDifferences(name, [lab.get(name)?.steps ?? [], here.get(name)?.steps ?? []]),
  );
}

/** A difference as a line. */
export function lineOf({ chapter, step, at, lab, here }: Difference): string {
  return `${chapter}, "${step}", ${at}: the lab has ${lab}, here is ${here}`;
}

type Pair<T> = readonly [lab: T, here: T];
type Found = Omit<Difference, 'chapter' | 'step'>;

function chapterDifferences(chapter: string, [lab, here]: Pair<readonly Step[]>): Difference[] {
  const steps = [...new Set([...lab, ...here].map(({ step }) => step))];
  return steps.flatMap((step) =>
    stepDifferences([named(lab, step), named(here, step)]).map((found) => ({
      chapter,
      step,
      ...found,
    })),
  );
}

function named(steps: readonly Step[], name: string): Step | undefined {
  return steps.find(({ step }) => step === name);
}

function stepDifferences([lab, here]: Pair<Step | undefined>): Found[] {
  if (lab === undefined || here === undefined) {
    return [{ at: 'step', lab: presence(lab), here: presence(here) }];
  }
  if ('order' in lab && 'order' in here) return orderDifferences([lab.order, here.order]);
  if ('verdict' in lab && 'verdict' in here) {
    return unequal('verdict', [lab.verdict, here.verdict]);
  }
  if ('status' in lab && 'status' in here) {
    return [
      ...unequal('asked', [lab.asked, here.asked]),
      ...unequal('status', [lab.status, here.status]),
      ...bodyDifferences('', [lab.body, here.body]),
    ];
  }
  return [
    { at: 'kind of step', lab: Object.keys(lab).join(' '), here: Object.keys(here).join(' ') },
  ];
}

function presence(step: Step | undefined): string {
  return step === undefined ? 'no such step' : 'this step';
}

function unequal(at: string, [lab, here]: Pair<unknown>): Found[] {
  return lab === here ? [] : [{ at, lab: worded(lab), here: worded(here) }];
}

function orderDifferences([lab, here]: Pair<readonly string[]>): Found[] {
  const worded = (order: readonly string[]): string =>
    order.length === 0 ? 'no state' : order.map((state) => `"${state}"`).join(' -> ');
  return isBut(lab, here) || isBut(here, lab)
    ? []
    : [{ at: 'states', lab: worded(lab), here: worded(here) }];
}

/**
 * What comes about only if somebody looks at the right moment. A load balancer of the ovn provider is
 * PENDING for less time than a busy stack needs for one look; Kuryr's daemon tells that it waits for a port
 * only if it asks before the port is ACTIVE, which on a busy machine it does not.
 */
const inPassing = /^PENDING_|^Normal CNIWaitingForActiveVIFs /;

/**
 * Tells whether an order is the other one but for states in passing: a look may miss such a state, but
 * never the last one, and never one that is not in passing.
 */
function isBut(short: readonly string[], long: readonly string[]): boolean {
  const rest = [...short];
  const isSo = long.every((state) => {
    if (rest[0] !== state) return inPassing.test(state);
    rest.shift();
    return true;
  });
  return isSo && rest.length === 0 && short.at(-1) === long.at(-1);
}

function bodyDifferences(at: string, [lab, here]: Pair<unknown>): Found[] {
  if (Array.isArray(lab) && Array.isArray(here)) {
    return listDifferences(at, [lab as unknown[], here as unknown[]]);
  }
  if (isRecord(lab) && isRecord(here)) {
    const keys = [...new Set([...Object.keys(lab), ...Object.keys(here)])];
    return keys.flatMap((key) =>
      isDrawn(key, [lab[key], here[key]])
        ? []
        : bodyDifferences(`${at}/${key.replaceAll('/', '~1')}`, [lab[key], here[key]]),
    );
  }
  return unequal(at === '' ? 'body' : at, [scalar(lab), scalar(here)]);
}

/**
 * What each stack counts or draws for itself. Its type matters, its value to nobody: Kuryr and the suite
 * send a revision back as they have read it, and how many revisions one change makes differs between
 * releases and with what else Neutron does meanwhile; segments, VLANs, node ports, names of interfaces
 * and the generation of an object are only ever compared with one another.
 */
const drawn: ReadonlySet<string> = new Set([
  'revision_number',
  'standard_attr_id',
  'provider:segmentation_id',
  'nodePort',
  'healthCheckNodePort',
  'generation',
  'observedGeneration',
  'vlan_id',
  'vif_name',
]);

function isDrawn(key: string, pair: Pair<unknown>): boolean {
  const [lab, here] = pair.map((value) => typeof value);
  return drawn.has(key) && lab === here && (lab === 'number' || lab === 'string');
}

/** Lists are compared one by one in a settled order; what is missing or too much is told by its number. */
function listDifferences(at: string, pair: Pair<readonly unknown[]>): Found[] {
  const [lab, here] = pair.map((items) =>
    items
      .map((item) => ({ item, key: keyOf(item) }))
      .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
      .map(({ item }) => item),
  ) as [unknown[], unknown[]];
  const length = Math.min(lab.length, here.length);
  return [
    ...unequal(`${at}/length`, [lab.length, here.length]),
    ...lab
      .slice(0, length)
      .flatMap((item, index) => bodyDifferences(`${at}/${index}`, [item, here[index]])),
  ];
}

const telling = [
  ...['type', 'name', 'alias', 'reason', 'kind', 'direction', 'ethertype', 'protocol'],
  ...['remote_ip_prefix', 'description', 'address', 'rel'],
];

/** What an element of a list is known by. */
function keyOf(item: unknown): string {
  if (!isRecord(item)) return JSON.stringify(item);
  const key = telling.map((field) => item[field] ?? null);
  return JSON.stringify(key);
}

/** What is left of an object or list beside something else is its kind. */
function scalar(value: unknown): unknown {
  if (Array.isArray(value)) return 'a list';
  return isRecord(value) ? 'an object' : value;
}

function worded(value: unknown): string {
  if (value === undefined) return absent;
  return typeof value === 'string' && value.startsWith('a') && /^an? (list|object)$/.test(value)
    ? value
    : JSON.stringify(value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
