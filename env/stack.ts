/**
 * What every kind of stack looks like from outside its driver. Suites and helpers know a stack through
 * these types only, so that they run unchanged against a lab and against somebody's cloud.
 */
import type { Readable, Writable } from 'node:stream';
import type { Profile } from './profile.ts';

/** A running program, wherever the driver has started it. */
export interface ProcessHandle {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Ends the program; `exited` settles afterwards. */
  kill(): void;
  /** The exit status, or null when a signal ended it. */
  readonly exited: Promise<number | null>;
}

/** One node that takes part in the cluster. */
export interface NodeFact {
  readonly name: string;
  readonly internalIp: string;
  readonly isReady: boolean;
  /** Whether ordinary pods are scheduled on it. */
  readonly takesPods: boolean;
  readonly kubelet: string;
}

/** What was discovered about a stack, not what its profile says. */
export interface StackFacts {
  readonly kubernetes: string;
  readonly nodes: readonly NodeFact[];
  readonly openstackSeries: string;
  readonly kuryrVersion: string;
  /** Declared substitutions of real parts; every report shows them. */
  readonly standIns: readonly string[];
  /** Versions of the parts, by name. */
  readonly components: Readonly<Record<string, string>>;
}

/** How clients reach the two APIs of a stack. */
export interface StackAccess {
  readonly kubeconfigPath: string;
  readonly cloudsYamlPath: string;
  readonly cloudName: string;
}

/** A text that helps to explain a failure, such as the tail of a log. */
export interface EvidenceFile {
  readonly name: string;
  readonly contentType: string;
  readonly body: string;
}

/** The way back from a disturbance; without one the disturbance stays. */
export type WayBack = () => Promise<void>;

/** A program of the stack that can be made to stand still. */
export const suspendableParts = [
  'kuryr-controller',
  'kuryr-daemon',
  'octavia-driver-agent',
] as const;

/** Programs of Kuryr's, and APIs of the cloud and of Kubernetes, that a run may stop and start again. */
export const stoppableParts = [
  'kuryr-controller',
  'kuryr-daemon',
  'keystone',
  'neutron',
  'octavia',
  'kubernetes',
] as const;

/** The name of something that may be stopped and started again. */
export type StoppablePart = (typeof stoppableParts)[number];

/** What may be written into Octavia about a load balancer: what a provider leaves behind that has failed. */
export const balancerStatuses = ['ACTIVE', 'ERROR', 'PENDING_UPDATE'] as const;

/** A provisioning status that may be written. */
export type BalancerStatus = (typeof balancerStatuses)[number];

/** The name of a program of the stack that can be made to stand still. */
export type SuspendablePart = (typeof suspendableParts)[number];

/** What happens to packets that a rule of the network matches. */
export interface PacketRule {
  /** Which packets, in the match language of OVN, such as "udp.dst == 53". */
  readonly match: string;
  readonly action: 'allow' | 'drop';
}

/** Disturbances that only the driver of a stack can make, each with its way back. */
export interface FaultPort {
  /** Puts a rule above everything that Neutron says about the packets of a network. */
  overrule(networkId: string, rule: PacketRule): Promise<WayBack>;
  /** Makes every process of a part stand still. */
  suspend(part: SuspendablePart): Promise<WayBack>;
  /** Loses packets from a pod that are longer than so many bytes. */
  limitPackets(
    pod: { readonly namespace: string; readonly name: string; readonly node: string },
    bytes: number,
  ): Promise<WayBack>;
  /** Writes another provider into what Octavia keeps about a load balancer. */
  rewriteProvider(loadBalancerId: string, provider: string): Promise<WayBack>;
  /** Enters an amphora for a load balancer into what Octavia keeps. */
  plantAmphora(loadBalancerId: string): Promise<WayBack>;
  /**
   * Has a router put its own address in the place of the clients of its balancers, and the switches of
   * some networks leave their balancers to it.
   */
  hideClients(routerId: string, networkIds: readonly string[]): Promise<WayBack>;
}

/** The running whole under test: cluster, cloud, and Kuryr between them. */
export interface Stack extends AsyncDisposable {
  readonly profile: Profile;
  readonly facts: StackFacts;
  readonly access: StackAccess;
  /** Starts a program at the outside vantage; 'node' as the first word means this very Node. */
  outside(argv: readonly string[]): ProcessHandle;
  /** The same at a machine that is no node, with a port on a tenant network behind the router of the pods. */
  machine?(argv: readonly string[]): ProcessHandle;
  /** Logs of the parts of the stack, for a scenario that has failed. */
  evidence(): Promise<EvidenceFile[]>;
  /** Ends a part, wherever it runs; the way back starts it and waits until it is ready. */
  stop?(part: StoppablePart): Promise<WayBack>;
  /** Writes a provisioning status into what Octavia keeps about a load balancer, and changes nothing else. */
  markBalancer?(loadBalancerId: string, status: BalancerStatus): Promise<void>;
  /** Where the driver lets its stack be disturbed. */
  readonly faults?: FaultPort;
  /** What the stack was asked since then and does not know; a scenario of that time cannot be judged. */
  complaints?(since: Date): Promise<string[]>;
}

/** A stack that a run has to start, and that ends with it. */
export interface HostedStack extends AsyncDisposable {
  readonly access: StackAccess;
  /** Hand it to the workers in RunContext.stackSocket. */
  readonly socketPath: string;
  /** Settles when the stack has ended before it was disposed of, and says how. */
  readonly broken: Promise<string>;
}
