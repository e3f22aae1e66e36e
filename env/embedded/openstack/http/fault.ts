/**
 * A refusal by one of the simulated services, before it is put into that service's own form.
 */

/** The services of the cloud. */
export type ServiceName = 'keystone' | 'neutron' | 'octavia' | 'nova' | 'cinder' | 'glance';

/** An answer other than success. */
export class ApiFault extends Error {
  readonly status: number;
  /** The exception's name, which Neutron shows as the type. */
  readonly type: string;
  /** What Octavia shows as its debugging information, Neutron as its detail. */
  readonly detail: string;

  constructor(status: number, message: string, { type = 'HTTPError', detail = '' } = {}) {
    super(message);
    this.name = 'ApiFault';
    this.status = status;
    this.type = type;
    this.detail = detail;
  }
}

/** Titles of statuses as Keystone and the token check print them. */
export const statusTitles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  412: 'Precondition Failed',
  500: 'Internal Server Error',
  501: 'Not Implemented',
};
