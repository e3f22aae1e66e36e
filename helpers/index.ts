/**
 * The only door to the helpers: everything a suite may use.
 */
export {
  type Catalogue,
  type Citation,
  defineCatalogue,
  type Requirement,
  requirementAnnotation,
  type RequirementLevel,
} from './catalogue.ts';
export { type Claim, claim, type Expected } from './expect/differences.ts';
export { expect, type HouseExpect, type ReadingExpectations } from './expect/index.ts';
export { whyNotApplicable } from './fixtures/applicability.ts';
export { test } from './fixtures/index.ts';
export { progress } from './progress.ts';
export { derived, type Reading, reading } from './reading.ts';
