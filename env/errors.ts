/**
 * The errors that this project throws on purpose. Each has a stable code; the message says what was
 * being done, what was found instead, and the next step.
 */

class CodedError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.name = new.target.name;
    // The first line of a stack is fixed when it is captured; the name has to be in it.
    Error.captureStackTrace(this, new.target);
  }
}

/** The stack under test, or its set-up, broke: says nothing about conformance. */
export class StackError extends CodedError {}

/** A measurement could not be made: says nothing about conformance. */
export class ProbeError extends CodedError {}

/** A profile, kubeconfig or clouds.yaml cannot be used as it is. */
export class ProfileError extends CodedError {}

/** The requirement catalogue contradicts itself. */
export class CatalogueError extends CodedError {}
