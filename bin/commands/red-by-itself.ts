/**
 * The MUSTs that no mutant can turn red, as they are red by Kuryr's design, whatever its release.
 * That the suite sees it is what their known failures on the lab and the embedded stack show. The list may only become shorter.
 */
import type { catalogue } from '../../suites/requirements/index.ts';

/** Ids of requirements, in the order of the catalogue. */
export const redByItself: readonly (typeof catalogue.requirements)[number]['id'][] = [
  // One security group for all pods of a policy cannot open another port at each of them.
  'POL-NAME-03',
];
