/**
 * What a program of a container is, and what it finds when it starts.
 */
import type { PassThrough } from 'node:stream';
import type { RunningProcess } from '../../seams.ts';
import type { Handles } from '../sockets/handles.ts';
import type { ProcessSockets } from '../sockets/modules.ts';

/** What a program finds when it starts. */
export interface ProgramContext {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly hostname: string;
  readonly stdin: PassThrough;
  readonly stdout: PassThrough;
  readonly stderr: PassThrough;
  readonly handles: Handles;
  readonly sockets: ProcessSockets;
  /** Where the records of the cluster DNS are, once somebody has said so. */
  readonly names: () => NameSource | undefined;
  /** How Kuryr's own programs are, once they run. */
  readonly health: () => HealthSource | undefined;
  /** The text of a file of the container. */
  read(path: string): string | undefined;
  /** The names in a folder of the kernel's; undefined when there is no such folder. */
  list(path: string): readonly string[] | undefined;
  /** Starts another process in the same container; undefined for a program that the image lacks. */
  spawn(argv: readonly string[]): RunningProcess | undefined;
  /** Ends the process. */
  exit(status: number): void;
  /** Is called when somebody wants the process to end; says whether anybody has heard it. */
  onTerminate(then: () => boolean): void;
}

/** A program: it returns when it has started, and ends by `exit` or with its last handle. */
export type Program = (context: ProgramContext) => Promise<void> | void;

/** An answer of a name server, in the words of dns-packet. */
export interface NameReply {
  readonly answers?: readonly object[];
  readonly authorities?: readonly object[];
  readonly additionals?: readonly object[];
  readonly rcode?: string;
}

/** Where the cluster DNS gets its records; `ClusterNames` of env/images is one. */
export interface NameSource {
  answer(query: { readonly name: string; readonly type: string }): NameReply;
}

/** Where Kuryr's own programs tell how they are. */
export interface HealthSource {
  /** The status with which a part of Kuryr answers a probe. */
  status(asked: {
    readonly part: 'controller' | 'daemon';
    readonly node: string;
    /** Such as "/ready". */
    readonly path: string;
  }): Promise<number>;
}
