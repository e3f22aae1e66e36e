/**
 * Where the installer's page does not recommend Kuryr. It prints two lists of criteria joined by "or":
 * within each list all must hold, and the second criterion of the first list is itself one of two.
 */

/** What the two rules look at; undefined means that nobody knows. */
export interface AdviceInputs {
  /** OpenStack is older than Train. */
  readonly isOldCloud: boolean;
  readonly usesUdp: boolean | undefined;
  /** There are many TCP Services for few hypervisors. */
  readonly isCrowded: boolean | undefined;
  /** The ovn provider of Octavia is disabled. */
  readonly isOvnOff: boolean;
}

/** Why Kuryr is not recommended; no reason means that it is not advised against. */
export interface Advice {
  readonly reasons: readonly string[];
  /** Rules that cannot be judged, because an input that decides them is unknown. */
  readonly undecided: readonly string[];
}

type Truth = boolean | undefined;

function both(one: Truth, other: Truth): Truth {
  if (one === false || other === false) return false;
  return one === undefined || other === undefined ? undefined : true;
}

function either(one: Truth, other: Truth): Truth {
  if (one === true || other === true) return true;
  return one === undefined || other === undefined ? undefined : false;
}

/** Applies the two rules. */
export function adviceOf(inputs: AdviceInputs): Advice {
  const { isOldCloud, usesUdp, isCrowded, isOvnOff } = inputs;
  const rules: readonly (readonly [holds: Truth, reason: string])[] = [
    [
      both(isOldCloud, either(usesUdp, isCrowded)),
      'OpenStack is older than Train, and there are UDP Services, or many TCP Services for few hypervisors',
    ],
    [
      both(isOvnOff, isCrowded),
      'the ovn provider is disabled, and there are many TCP Services for few hypervisors',
    ],
  ];
  const reasonsThat = (truth: Truth): string[] =>
    rules.filter(([holds]) => holds === truth).map(([, reason]) => reason);
  return { reasons: reasonsThat(true), undecided: reasonsThat(undefined) };
}
