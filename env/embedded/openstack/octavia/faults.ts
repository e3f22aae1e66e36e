/**
 * The refusals of Octavia in the words of its own exceptions (octavia/common/exceptions.py).
 */
import { ApiFault } from '../http/fault.ts';

/** An object that is not there. */
export function notFound(resource: string, id: string): ApiFault {
  return new ApiFault(404, `${resource} ${id} not found.`);
}

/** The type of a refusal that comes while the path is read, before WSME has the request; its form differs. */
export const lookupFault = 'Lookup';

/** A parent in the path that is not there. */
export function noParent(resource: string, id: string): ApiFault {
  return new ApiFault(404, `${resource} ${id} not found.`, { type: lookupFault });
}

/** An object that is busy with an earlier change. */
export function immutable(resource: string, id: string): ApiFault {
  return new ApiFault(409, `${resource} ${id} is immutable and cannot be updated.`);
}

/** A load balancer that is busy with an earlier change. */
export function pending(state: string, id: string): ApiFault {
  return new ApiFault(409, `Invalid state ${state} of loadbalancer resource ${id}`);
}

/** Something in a request that cannot be. */
export function invalid(detail: string): ApiFault {
  return new ApiFault(400, `Validation failure: ${detail}`);
}

/** A quota that is used up. */
export function quotaMet(resource: string): ApiFault {
  return new ApiFault(403, `Quota has been met for resources: ${resource}`);
}

/** Something that a role does not allow. */
export function notAllowed(): ApiFault {
  return new ApiFault(403, 'Policy does not allow this request to be performed.');
}

/** An option that the provider's driver does not know. */
export function unsupportedOption(provider: string, said: string): ApiFault {
  return new ApiFault(501, `Provider '${provider}' does not support a requested option: ${said}`);
}

/** An action that the provider's driver does not know. */
export function unsupportedAction(provider: string, said: string): ApiFault {
  return new ApiFault(501, `Provider '${provider}' does not support a requested action: ${said}`);
}
