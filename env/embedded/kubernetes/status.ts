/**
 * The errors of the API server, with the bodies and the words in which Kubernetes sends them.
 */

/** One field that is wrong. */
export interface Cause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

/** What an error speaks of. */
export interface Subject {
  readonly group: string;
  readonly plural: string;
  readonly kind: string;
}

interface Details {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly Cause[];
  readonly retryAfterSeconds?: number;
}

/** A refusal that is sent as a Status object. */
export class ApiError extends Error {
  readonly code: number;
  readonly reason: string;
  readonly details: Details | undefined;
  /** Set on what is refused before the API server has looked at it: plain text instead of a Status. */
  readonly text: string | undefined;

  constructor(
    code: number,
    reason: string,
    said: { message: string; details?: Details; text?: string },
  ) {
    super(said.message);
    this.name = 'ApiError';
    this.code = code;
    this.reason = reason;
    this.details = said.details;
    this.text = said.text;
  }

  /** The body of the answer. */
  get status(): object {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.message,
      reason: this.reason,
      ...(this.details === undefined ? {} : { details: this.details }),
      code: this.code,
    };
  }
}

const resourceOf = ({ group, plural }: Subject): string =>
  group === '' ? plural : `${plural}.${group}`;

const about = ({ group, plural }: Subject, name: string): Details => ({
  ...(name === '' ? {} : { name }),
  ...(group === '' ? {} : { group }),
  kind: plural,
});

export function notFound(subject: Subject, name: string): ApiError {
  const message = `${resourceOf(subject)} "${name}" not found`;
  return new ApiError(404, 'NotFound', { message, details: about(subject, name) });
}

export function alreadyExists(subject: Subject, name: string): ApiError {
  const message = `${resourceOf(subject)} "${name}" already exists`;
  return new ApiError(409, 'AlreadyExists', { message, details: about(subject, name) });
}

export function conflict(subject: Subject, name: string, why: string = staleObject): ApiError {
  const message = `Operation cannot be fulfilled on ${resourceOf(subject)} "${name}": ${why}`;
  return new ApiError(409, 'Conflict', { message, details: about(subject, name) });
}

const staleObject =
  'the object has been modified; please apply your changes to the latest version and try again';

export function invalid(subject: Subject, name: string, causes: readonly Cause[]): ApiError {
  // A rule that is checked twice is told twice among the causes, but once in the message.
  const texts = [...new Set(causes.map(({ field, message }) => `${field}: ${message}`))];
  const said = texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`;
  const full = subject.group === '' ? subject.kind : `${subject.kind}.${subject.group}`;
  return new ApiError(422, 'Invalid', {
    message: `${full} "${name}" is invalid: ${said}`,
    details: { ...about(subject, name), kind: subject.kind, causes },
  });
}

export function badRequest(message: string): ApiError {
  return new ApiError(400, 'BadRequest', { message });
}

export function forbidden(subject: Subject, name: string, why: string): ApiError {
  const message = `${resourceOf(subject)} "${name}" is forbidden: ${why}`;
  return new ApiError(403, 'Forbidden', { message, details: about(subject, name) });
}

export function gone(message: string): ApiError {
  return new ApiError(410, 'Expired', { message });
}

export function unknownPath(): ApiError {
  const message = 'the server could not find the requested resource';
  return new ApiError(404, 'NotFound', { message, details: {}, text: '404 page not found\n' });
}

export function methodNotAllowed(
  message = 'the server does not allow this method on the requested resource',
): ApiError {
  return new ApiError(405, 'MethodNotAllowed', { message, details: {} });
}

/** A patch that does not fit its object; why is not said. */
export function unprocessable(): ApiError {
  const message = 'the server rejected our request due to an error in our request';
  return new ApiError(422, 'Invalid', { message, details: {} });
}

/** A deletion of another object of that name; the refusal calls the object by its kind. */
export function anotherObject(
  { kind, group }: Subject,
  name: string,
  [field, wanted, found]: readonly [
    field: 'uid' | 'resourceVersion',
    wanted: string,
    found: string,
  ],
): ApiError {
  const word = field === 'uid' ? 'UID' : 'ResourceVersion';
  const since = field === 'uid' ? 'deleted and then recreated' : 'modified';
  const why = `the ${word} in the precondition (${wanted}) does not match the ${word} in record (${found}). The object might have been ${since}`;
  return conflict({ kind, group, plural: kind }, name, why);
}

export function unsupportedMediaType(accepted: string): ApiError {
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted}`;
  return new ApiError(415, 'UnsupportedMediaType', { message });
}

/** What the router of built-in kinds says to a media type that no patch has. */
export function unroutedMediaType(): ApiError {
  const message = '415: Unsupported Media Type';
  return new ApiError(415, 'UnsupportedMediaType', { message, details: {} });
}

export function unauthorized(): ApiError {
  return new ApiError(401, 'Unauthorized', { message: 'Unauthorized' });
}

/** Collects what is wrong with the fields of an object. */
export class Problems {
  readonly causes: Cause[] = [];

  required(field: string, detail = ''): void {
    this.#add('FieldValueRequired', field, worded('Required value', detail));
  }

  invalid(field: string, value: unknown, detail: string): void {
    this.#add('FieldValueInvalid', field, `Invalid value: ${quoted(value)}: ${detail}`);
  }

  forbidden(field: string, detail: string): void {
    this.#add('FieldValueForbidden', field, `Forbidden: ${detail}`);
  }

  duplicate(field: string, value: unknown): void {
    this.#add('FieldValueDuplicate', field, `Duplicate value: ${quoted(value)}`);
  }

  unsupported(field: string, value: unknown, supported: readonly string[]): void {
    const list = supported.map((one) => `"${one}"`).join(', ');
    const message = `Unsupported value: ${quoted(value)}: supported values: ${list}`;
    this.#add('FieldValueNotSupported', field, message);
  }

  /** A value of the wrong type. */
  type(field: string, value: unknown, detail: string): void {
    this.#add('FieldValueTypeInvalid', field, `Invalid value: ${quoted(value)}: ${detail}`);
  }

  /** Throws a refusal when anything was found. */
  refuse(subject: Subject, name: string): void {
    if (this.causes.length > 0) throw invalid(subject, name, this.causes);
  }

  #add(reason: string, field: string, message: string): void {
    this.causes.push({ reason, message, field });
  }
}

const worded = (head: string, detail: string): string =>
  detail === '' ? head : `${head}: ${detail}`;

const quoted = (value: unknown): string =>
  typeof value === 'object' && value !== null
    ? JSON.stringify(value)
    : JSON.stringify(value ?? null);
