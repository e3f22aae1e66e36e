/**
 * The MUSTs that no mutant breaks yet. The kill matrix fails while there is any; this list keeps others from
 * joining them unseen, and may only become shorter.
 */
import type { catalogue } from '../../suites/requirements/index.ts';

/** Ids of requirements, in the order of the catalogue. */
export const mutantsToCome: readonly (typeof catalogue.requirements)[number]['id'][] = [
  'POL-NAME-03',
];
