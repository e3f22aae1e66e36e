/**
 * What the scenarios of this area arrange: a logging DNS server behind a Service of its own, and pods that
 * are told to ask there.
 */
import {
  dnsLogCommand,
  dnsLogPort,
  type Namespace,
  type ProbePod,
  type Resolver,
  type ServiceRef,
} from '#helpers';

const dnsPort = 53;

/** The address that short answers have. */
export const addresses: readonly string[] = ['192.0.2.77'];

/** What is among the options of resolv.conf. */
export const modes = ['plain', 'use-vc'] as const;

/** Whether pods are told to use TCP. */
export type Mode = (typeof modes)[number];

const optionsOf = { plain: [], 'use-vc': [{ name: 'use-vc' }] } as const;
/** Who gets no answer is not to wait for 5 s, twice. */
const impatient = [
  { name: 'timeout', value: '1' },
  { name: 'attempts', value: '1' },
];

/** A name for each way of asking, so that the log of the server tells them apart. */
export function nameFor(resolver: Resolver, mode: string): string {
  return `${resolver}-${mode}.kc.test`;
}

const selector = { name: 'names', labels: { app: 'names' } };

/** Exposes the server that is to come: its address goes into the resolv.conf of the pods. */
export function dnsService(
  namespace: Namespace,
  protocols: readonly ('TCP' | 'UDP')[] = ['TCP', 'UDP'],
): Promise<ServiceRef> {
  return namespace.expose(selector, {
    ports: protocols.map((protocol) => ({ port: dnsPort, protocol, targetPort: dnsLogPort })),
  });
}

/** Makes the server. */
export function dnsServer(
  namespace: Namespace,
  names: Readonly<Record<string, readonly string[]>>,
  truncated: readonly string[] = [],
): Promise<ProbePod> {
  return namespace.pod(selector.name, {
    labels: selector.labels,
    command: dnsLogCommand(names, truncated),
    ports: { tcp: [dnsLogPort], udp: [dnsLogPort], http: [] },
  });
}

/** Makes a pod that asks the server behind a Service. */
export function clientOf(
  { clusterIP }: ServiceRef,
  namespace: Namespace,
  mode: Mode,
): Promise<ProbePod> {
  return namespace.pod(mode, {
    dnsPolicy: 'None',
    dnsConfig: { nameservers: [clusterIP], options: [...optionsOf[mode], ...impatient] },
  });
}
