/**
 * The catalogue of everything this project claims to show, put together from one file per area.
 * Scenarios cite its ids through `covers`; reports list every row, covered or not.
 */
import { defineCatalogue } from '#helpers';
import { balancerRequirements } from './balancers.ts';
import { dnsRequirements } from './dns.ts';
import { driverRequirements } from './drivers.ts';
import { namespaceRequirements } from './namespaces.ts';
import { limitRequirements } from './limits.ts';
import { openShiftRequirements } from './openshift.ts';
import { operationRequirements } from './operation.ts';
import { podRequirements } from './pods.ts';
import { policyRequirements } from './policies.ts';
import { policyServiceRequirements } from './policy-services.ts';
import { resilienceRequirements } from './resilience.ts';
import { serviceLifeRequirements } from './service-life.ts';
import { prerequisiteRequirements, quotaRequirements } from './prerequisites.ts';
import { serviceRequirements } from './services.ts';
import { trunkRequirements } from './trunks.ts';

/** Every requirement, and the function by which scenarios cite them. */
export const catalogue = defineCatalogue([
  ...podRequirements,
  ...trunkRequirements,
  ...serviceRequirements,
  ...serviceLifeRequirements,
  ...policyRequirements,
  ...policyServiceRequirements,
  ...balancerRequirements,
  ...driverRequirements,
  ...dnsRequirements,
  ...namespaceRequirements,
  ...prerequisiteRequirements,
  ...quotaRequirements,
  ...openShiftRequirements,
  ...limitRequirements,
  ...operationRequirements,
  ...resilienceRequirements,
]);

/** Cites the requirements that a scenario covers. */
export const covers = catalogue.covers;
