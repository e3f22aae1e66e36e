/**
 * A refusal by an OpenStack service, with method, path, status and the service's own words. The four
 * services word their refusals in four forms; this file knows them.
 */
import { StackError } from '../errors.ts';
import { redact } from '../redaction.ts';

/** One refused request. */
export interface Refusal {
  readonly service: string;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly body: string;
}

const longestMessage = 500;

/** A service answered, but with an error status. */
export class OpenStackError extends StackError {
  readonly status: number;
  /** The service's own message. */
  readonly said: string;

  constructor(refusal: Refusal) {
    const said = messageOf(refusal.body);
    super(
      `OPENSTACK_${refusal.status}`,
      `${refusal.method} ${refusal.path} of ${refusal.service}: found status ${refusal.status}, saying "${said}".${remedyOf(refusal.status)}`,
    );
    this.status = refusal.status;
    this.said = said;
  }
}

/** Tells whether an error says that the object does not exist. */
export function isNotFound(error: unknown): boolean {
  return error instanceof OpenStackError && error.status === 404;
}

/** Finds the service's own message in the body of a refusal. */
export function messageOf(body: string): string {
  const text = wordedIn(body) ?? body.replace(/<[^>]*>/g, ' ');
  return redact(text.replace(/\s+/g, ' ').trim()).slice(0, longestMessage) || 'nothing';
}

function wordedIn(body: string): string | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    // Proxies in front of the services answer in HTML or plain text.
    return undefined;
  }
  return wordsOf(parsed);
}

/** Octavia: {faultstring}; Neutron: {NeutronError: {message}}; Keystone: {error: {message}}; Nova: {badRequest: {message}}. */
function wordsOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) {
    return typeof value === 'string' ? value : undefined;
  }
  const direct = directWords(value);
  if (direct !== undefined) {
    return direct;
  }
  const inner: unknown = Object.values(value)[0];
  return typeof inner === 'object' && inner !== null ? directWords(inner) : wordsOf(inner);
}

function directWords(value: object): string | undefined {
  const fields = value as Record<string, unknown>;
  const words = fields['faultstring'] ?? fields['message'];
  return typeof words === 'string' ? words : undefined;
}

function remedyOf(status: number): string {
  switch (status) {
    case 401:
      return ' The token was refused twice: check that the service and Keystone share their settings.';
    case 403:
      return ' Give the project of clouds.yaml the role that this needs.';
    case 413:
      return ' A quota or rate limit is used up: raise it.';
    default:
      return status >= 500 ? " Look into the service's log." : '';
  }
}
