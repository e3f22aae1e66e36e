/**
 * What the simulated Kubernetes is made of, and what it offers to whoever composes a stack.
 */
import type { Cni, DataPlane, Netns, Served, Tls } from '../seams.ts';
import type { Pod } from './objects.ts';

/** Who a request comes from. */
export interface User {
  readonly username: string;
  readonly groups?: readonly string[];
}

/** A machine that runs pods. */
export interface NodePart {
  readonly name: string;
  readonly internalIp: string;
  readonly netns: Netns;
}

/** Everything that Kubernetes needs of the rest of the stack. */
export interface KubernetesParts {
  readonly tls: Tls;
  /** Users by their bearer token. */
  readonly tokens: Readonly<Record<string, User>>;
  readonly dataPlane: DataPlane;
  readonly nodes: readonly NodePart[];
  readonly dns: { readonly clusterIp: string; readonly domain: string };
  /** Asked for each sandbox, because the CNI plugin starts after the API server; may throw before that. */
  cni(): Cni;
  /** The release that /version tells; 1.28.15 when not given. */
  readonly version?: string;
  /** Where cluster IPs come from; the /16 around the DNS service when not given. */
  readonly serviceCidr?: string;
  /** What the endpoints of default/kubernetes say; the server's own loopback address when not given. */
  readonly advertise?: { readonly address: string; readonly port: number };
  /** The name servers of nodes, for pods with dnsPolicy Default. */
  readonly nodeResolvers?: readonly string[];
  /** What a mutating webhook makes of the spec of a new pod. */
  readonly changedPod?: (pod: Pod) => Pick<Pod, 'spec'>;
}

/** A running simulated Kubernetes. Disposal ends it with all its pods. */
export interface Kubernetes extends Served {
  /** A bearer token of a service account, made if needed. */
  tokenOf(namespace: string, account: string): string;
  /** Closes the API's port and its connections; what is stored stays. */
  stopApi(): Promise<void>;
  /** Opens the API again at the same address. */
  startApi(): Promise<void>;
  /** Forgets past changes, so that older watches get 410. */
  compact(): void;
  /** Ends the kubelet of a node: its pods run on, its heartbeat does not. */
  stopKubelet(node: string): void;
  startKubelet(node: string): void;
}
