/**
 * Services, endpoints and endpoint slices: what they are completed with and what is refused.
 */
import { isIP } from 'node:net';
import type { Endpoints, EndpointSlice, KubeObject, Service, ServicePort } from '../objects.ts';
import type { Problems } from '../status.ts';
import { ageColumn, column, nameColumn, wideColumn } from './columns.ts';
import type { Strategy } from './kind.ts';
import { checkLabels } from './names.ts';
import { isPort, isPortName } from './pod-validation.ts';
import { fill } from './usual.ts';

const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const protocols = ['SCTP', 'TCP', 'UDP'];

function defaults(object: KubeObject): void {
  const { spec } = object as Service;
  fill(spec, { type: 'ClusterIP', sessionAffinity: 'None' });
  for (const port of spec.ports ?? []) fill(port, { protocol: 'TCP', targetPort: port.port });
  const { type = '' } = spec;
  if (type === 'ExternalName') return;
  fill(spec, { internalTrafficPolicy: 'Cluster' });
  if (type === 'LoadBalancer') fill(spec, { allocateLoadBalancerNodePorts: true });
  if (['LoadBalancer', 'NodePort'].includes(type)) fill(spec, { externalTrafficPolicy: 'Cluster' });
  if (spec.sessionAffinity === 'ClientIP') {
    fill(spec, { sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } } });
  }
}

function validate(object: KubeObject, problems: Problems): void {
  const { spec } = object as Service;
  const { type = '', externalName = '' } = spec;
  if (!types.includes(type)) problems.unsupported('spec.type', type, types);
  if (type === 'ExternalName') {
    if (externalName === '') problems.required('spec.externalName');
    return;
  }
  const ports = spec.ports ?? [];
  if (ports.length === 0 && spec.clusterIP !== 'None') problems.required('spec.ports');
  checkPorts(ports, problems);
  checkLabels(problems, 'spec.selector', spec.selector);
  checkClusterIps(spec, problems);
}

function checkClusterIps(
  { type = '', clusterIPs = [] }: Service['spec'],
  problems: Problems,
): void {
  for (const ip of clusterIPs) {
    if (ip === 'None' && type !== 'ClusterIP') {
      const text = `may not be set to 'None' for ${type} services`;
      problems.invalid('spec.clusterIPs[0]', 'None', text);
    } else if (ip !== 'None' && isIP(ip) === 0) {
      problems.invalid('spec.clusterIPs[0]', ip, 'must be a valid IP address, (e.g. 10.9.8.7)');
    }
  }
}

function checkPorts(ports: readonly ServicePort[], problems: Problems): void {
  const seen = new Set<string>();
  const names = new Set<string>();
  for (const [index, port] of ports.entries()) {
    const at = `spec.ports[${index}]`;
    checkPort(port, at, problems);
    const name = port.name ?? '';
    if (ports.length > 1 && name === '') problems.required(`${at}.name`);
    if (name !== '' && names.has(name)) problems.duplicate(`${at}.name`, name);
    names.add(name);
    const key = `${port.protocol ?? 'TCP'}/${port.port}`;
    if (seen.has(key)) problems.duplicate(at, { protocol: port.protocol, port: port.port });
    seen.add(key);
  }
}

function checkPort(port: ServicePort, at: string, problems: Problems): void {
  if (!isPort(port.port)) {
    problems.invalid(`${at}.port`, port.port, 'must be between 1 and 65535, inclusive');
  }
  if (!protocols.includes(port.protocol ?? '')) {
    problems.unsupported(`${at}.protocol`, port.protocol, protocols);
  }
  const { targetPort } = port;
  if (typeof targetPort === 'number' && !isPort(targetPort)) {
    problems.invalid(`${at}.targetPort`, targetPort, 'must be between 1 and 65535, inclusive');
  }
  if (typeof targetPort === 'string' && !isPortName(targetPort)) {
    problems.invalid(`${at}.targetPort`, targetPort, 'must be a valid name of a port');
  }
}

function validateUpdate(object: KubeObject, before: KubeObject, problems: Problems): void {
  const [after, old] = [(object as Service).spec, (before as Service).spec];
  const isKept = old.type !== 'ExternalName' && after.type !== 'ExternalName';
  if (isKept && old.clusterIP !== undefined && after.clusterIP !== old.clusterIP) {
    problems.invalid('spec.clusterIPs[0]', after.clusterIPs ?? [], 'may not change once set');
  }
}

function portsText({ spec }: Service): string | undefined {
  const ports = (spec.ports ?? []).map(({ port, protocol = 'TCP', nodePort }) =>
    nodePort === undefined ? `${port}/${protocol}` : `${port}:${nodePort}/${protocol}`,
  );
  return ports.length === 0 ? undefined : ports.join(',');
}

function externalText({ spec, status }: Service): string | undefined {
  if (spec.type === 'ExternalName') return spec.externalName;
  const addresses = (status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => ip ?? hostname);
  const all = [...addresses, ...(spec.externalIPs ?? [])].join(',');
  return all === '' && spec.type === 'LoadBalancer' ? '<pending>' : all === '' ? undefined : all;
}

const labelsText = (labels: Readonly<Record<string, string>> | undefined): string | undefined =>
  labels === undefined
    ? undefined
    : Object.entries(labels)
        .map(([key, value]) => `${key}=${value}`)
        .join(',');

export const serviceStrategy: Strategy = {
  names: 'label1035',
  defaults,
  prepareCreate: (object) => {
    (object as Service).status = { loadBalancer: {} };
  },
  validate,
  validateUpdate,
  fields: (object) => {
    const { spec } = object as Service;
    return { 'spec.clusterIP': spec.clusterIP ?? '', 'spec.type': spec.type ?? '' };
  },
  columns: [
    nameColumn,
    column('Type', ({ spec }: Service) => spec.type),
    column('Cluster-IP', ({ spec }: Service) => spec.clusterIP),
    column('External-IP', externalText),
    column('Port(s)', portsText),
    ageColumn,
    wideColumn('Selector', ({ spec }: Service) => labelsText(spec.selector)),
  ],
};

function endpointsText({ subsets }: Endpoints): string | undefined {
  const all = (subsets ?? []).flatMap(({ addresses = [], ports = [] }) =>
    addresses.flatMap(({ ip }) => ports.map(({ port }) => `${ip}:${port}`)),
  );
  if (all.length === 0) return undefined;
  return all.length > 3
    ? `${all.slice(0, 3).join(',')} + ${all.length - 3} more...`
    : all.join(',');
}

function validateEndpoints(object: KubeObject, problems: Problems): void {
  for (const [index, subset] of ((object as Endpoints).subsets ?? []).entries()) {
    const all = [...(subset.addresses ?? []), ...(subset.notReadyAddresses ?? [])];
    const at = `subsets[${index}]`;
    if (all.length === 0) {
      problems.required(at, 'must specify `addresses` or `notReadyAddresses`');
    }
    for (const [number, { ip }] of (subset.addresses ?? []).entries()) {
      const field = `${at}.addresses[${number}].ip`;
      if (isIP(ip) === 0) problems.invalid(field, ip, 'must be a valid IP address');
      else if (/^127\.|^::1$/.test(ip)) {
        problems.invalid(field, ip, 'may not be in the loopback range (127.0.0.0/8, ::1/128)');
      }
    }
  }
}

export const endpointsStrategy: Strategy = {
  defaults: (object) => {
    for (const subset of (object as Endpoints).subsets ?? []) {
      for (const port of subset.ports ?? []) port.protocol ??= 'TCP';
    }
  },
  validate: validateEndpoints,
  columns: [nameColumn, column('Endpoints', endpointsText), ageColumn],
};

export const endpointSliceStrategy: Strategy = {
  defaults: (object) => {
    for (const port of (object as EndpointSlice).ports ?? []) port.protocol ??= 'TCP';
  },
  validate: (object, problems) => {
    const { addressType } = object as EndpointSlice;
    if (!['IPv4', 'IPv6', 'FQDN'].includes(addressType)) {
      problems.unsupported('addressType', addressType, ['FQDN', 'IPv4', 'IPv6']);
    }
  },
  columns: [
    nameColumn,
    column('AddressType', ({ addressType }: EndpointSlice) => addressType),
    column('Ports', ({ ports }: EndpointSlice) => ports?.map(({ port }) => port ?? '').join(',')),
    column('Endpoints', ({ endpoints }: EndpointSlice) =>
      endpoints.flatMap(({ addresses }) => addresses).join(','),
    ),
    ageColumn,
  ],
};
