/**
 * The only door to the helpers: everything a suite may use.
 */
export { type Arbitrary, arbitrary, type Found, search } from './arbitrary.ts';
export {
  type Catalogue,
  type Citation,
  defineCatalogue,
  type Requirement,
  requirementAnnotation,
  type RequirementLevel,
} from './catalogue.ts';
export { type Census, census, censusOf, growthOf } from './census.ts';
export type { Cloud } from './cloud/cloud.ts';
export { expectedBalancer } from './cloud/expected-balancer.ts';
export { noFootprint } from './cloud/footprint.ts';
export type { LoadBalancerView, PortView } from './cloud/views.ts';
export type { Cluster } from './cluster/cluster.ts';
export { type Claim, claim, type Expected } from './expect/differences.ts';
export { expect, type HouseExpect, type ReadingExpectations } from './expect/index.ts';
export { untilThere } from './expect/until-there.ts';
export { whyNotSettled } from './expect/why-not.ts';
export { whyNotApplicable } from './fixtures/applicability.ts';
export { test } from './fixtures/index.ts';
export type {
  Namespace,
  PolicySpec,
  ProbePod,
  ServiceRef,
  Workload,
} from './namespace/namespace.ts';
export { podPort } from './namespace/pod-spec.ts';
export { answersOf } from './probes/answers.ts';
export { dnsLogCommand, dnsLogPort, queriesOf } from './probes/dns-log.ts';
export type { Observation, Probe } from './probes/probe.ts';
export type { Probes } from './probes/probes.ts';
export type { Vantage } from './probes/vantage.ts';
export { analyseChange, type Series } from './probes/watch.ts';
export type { NeutronSecurityGroup } from './cloud/neutron-forms.ts';
export {
  type ExpectedTable,
  expectedTable,
  expectedTables,
  type TruthTable,
} from './probes/truth-table.ts';
export { progress } from './progress.ts';
export { type Resident, type TownPolicy, townTargets, type Visit, type Zone } from './town/town.ts';
export { derived, type Reading, reading } from './reading.ts';
