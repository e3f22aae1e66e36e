/**
 * Errors as Node's own sockets give them.
 */
import { constants } from 'node:os';

/** Which system call failed on what. */
export interface FailedCall {
  readonly syscall: string;
  readonly address?: string;
  readonly port?: number;
}

/** Builds the error that Node gives for a failed system call. */
export function socketError(
  code: keyof typeof constants.errno,
  { syscall, address, port }: FailedCall,
): NodeJS.ErrnoException {
  const where = address === undefined ? '' : ` ${address}${port === undefined ? '' : `:${port}`}`;
  return Object.assign(new Error(`${syscall} ${code}${where}`), {
    errno: -constants.errno[code],
    ...{ code, syscall },
    ...(address === undefined ? {} : { address }),
    ...(port === undefined ? {} : { port }),
  });
}

/** Names of errors that a network gives. */
export type NetworkErrorCode =
  | 'EADDRINUSE'
  | 'EADDRNOTAVAIL'
  | 'ECONNREFUSED'
  | 'ECONNRESET'
  | 'EHOSTUNREACH'
  | 'EMSGSIZE'
  | 'ENETUNREACH'
  | 'EPIPE'
  | 'ETIMEDOUT';
