/**
 * The only door to the helpers: everything a suite may use.
 */
export { type Arbitrary, arbitrary, type Found, search } from './arbitrary.ts';
export {
  type Catalogue,
  type Citation,
  defineCatalogue,
  isDisturbing,
  type Requirement,
  requirementAnnotation,
  type RequirementLevel,
} from './catalogue.ts';
export { type Census, census, censusOf, growthOf } from './census.ts';
export type { Cloud } from './cloud/cloud.ts';
export { expectedBalancer } from './cloud/expected-balancer.ts';
export { noFootprint } from './cloud/footprint.ts';
export { closePort } from './cloud/closed-port.ts';
export { routerOf } from './cloud/routing.ts';
export { sparePort } from './cloud/spare-port.ts';
export { makeForeign } from './cloud/foreign.ts';
export { subportsOf } from './cloud/subports.ts';
export type { LoadBalancerView, PortView } from './cloud/views.ts';
export type { Cluster } from './cluster/cluster.ts';
export { dryRun } from './cluster/dry-run.ts';
export { expectedTcpDns, OpenShift } from './cluster/openshift.ts';
export { addPhantomNode } from './cluster/phantom-node.ts';
export { type Claim, claim, type Expected } from './expect/differences.ts';
export { expect, type HouseExpect, type ReadingExpectations } from './expect/index.ts';
export { untilThere } from './expect/until-there.ts';
export {
  addStranger,
  disableListener,
  loseFloatingIp,
  removeListener,
  removeMember,
  removePool,
} from './faults/balancer-faults.ts';
export {
  hideClients,
  losePackets,
  overrulePackets,
  plantAmphorae,
  rewriteProvider,
  suspendAtServiceDeletion,
  suspendPart,
} from './faults/lower-faults.ts';
export {
  closeGroups,
  detachRouter,
  detachSubports,
  disablePorts,
  exhaust,
  openGroups,
  plantGroups,
  plantNetworks,
  plantPorts,
  takeGroupsOff,
  untagPorts,
} from './faults/network-faults.ts';
export { type Fault, Scene } from './faults/scene.ts';
export { keepStriking, type Striking } from './faults/striking.ts';
export { whyNotSettled } from './expect/why-not.ts';
export { whyNotApplicable } from './fixtures/applicability.ts';
export type { MutantPlace } from './fixtures/core.ts';
export { type Given, test } from './fixtures/index.ts';
export type { Namespace, PolicySpec, ServiceRef, Workload } from './namespace/namespace.ts';
export type { ProbePod } from './namespace/probe-pod.ts';
export { noPorts, podPort, readinessGate } from './namespace/pod-spec.ts';
export { preflight } from './prerequisites/preflight.ts';
export { mendText, mendTexts, type PrerequisiteRow } from './prerequisites/prerequisite.ts';
export { type PrerequisiteId, prerequisites } from './prerequisites/table.ts';
export { answersOf } from './probes/answers.ts';
export { dnsLogCommand, dnsLogPort, queriesOf } from './probes/dns-log.ts';
export type { NeutronSecurityGroup } from './cloud/neutron-forms.ts';
export type { Observation, Probe, Resolver } from './probes/probe.ts';
export { machineName, outsideName, type Probes } from './probes/probes.ts';
export {
  type ExpectedTable,
  expectedTable,
  expectedTables,
  type TruthTable,
} from './probes/truth-table.ts';
export type { DeviceView, Vantage } from './probes/vantage.ts';
export { analyseChange, type Series, type Watch } from './probes/watch.ts';
export { progress } from './progress.ts';
export { type Resident, type TownPolicy, townTargets, type Visit, type Zone } from './town/town.ts';
export { derived, type Reading, reading } from './reading.ts';
