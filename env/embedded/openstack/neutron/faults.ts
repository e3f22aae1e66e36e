/**
 * The refusals of Neutron, each with the type and the words of its own exceptions (neutron-lib
 * exceptions, neutron/services/trunk/exceptions.py).
 */
import { ApiFault } from '../http/fault.ts';

/** Builds a refusal of a type. */
export function conflict(type: string, message: string): ApiFault {
  return new ApiFault(409, message, { type });
}

/** Something in a request that cannot be. */
export function badRequest(message: string, type = 'HTTPBadRequest'): ApiFault {
  return new ApiFault(400, message, { type });
}

/** A value that an attribute cannot take. */
export function invalidInput(message: string): ApiFault {
  return badRequest(`Invalid input for operation: ${message}.`, 'InvalidInput');
}

/** Something that a role does not allow. */
export function notAllowed(rule: string): ApiFault {
  return new ApiFault(403, `rule:${rule} is disallowed by policy`, { type: 'HTTPForbidden' });
}

const notFoundWords = {
  network: ['NetworkNotFound', (id: string): string => `Network ${id} could not be found.`],
  subnet: ['SubnetNotFound', (id: string): string => `Subnet ${id} could not be found.`],
  subnetpool: [
    'SubnetPoolNotFound',
    (id: string): string => `Subnet pool ${id} could not be found.`,
  ],
  port: ['PortNotFound', (id: string): string => `Port ${id} could not be found.`],
  trunk: ['TrunkNotFound', (id: string): string => `Trunk ${id} could not be found.`],
  router: ['RouterNotFound', (id: string): string => `Router ${id} could not be found`],
  floatingip: [
    'FloatingIPNotFound',
    (id: string): string => `Floating IP ${id} could not be found`,
  ],
  security_group: [
    'SecurityGroupNotFound',
    (id: string): string => `Security group ${id} does not exist`,
  ],
  security_group_rule: [
    'SecurityGroupRuleNotFound',
    (id: string): string => `Security group rule ${id} does not exist`,
  ],
} as const;

/** The kinds of objects of Neutron, as quotas and bodies call them. */
export type Kind = keyof typeof notFoundWords;

/** An object that is not there, or not for the caller to see. */
export function notFound(kind: Kind, id: string): ApiFault {
  const [type, words] = notFoundWords[kind];
  return new ApiFault(404, words(id), { type });
}
