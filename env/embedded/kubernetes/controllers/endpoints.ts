/**
 * Keeps the Endpoints and the EndpointSlice of each service with a selector; services without one are
 * left to whoever made them.
 */
import { createHash } from 'node:crypto';
import type {
  Endpoints,
  EndpointSlice,
  KubeObject,
  Pod,
  Service,
  ServicePort,
} from '../objects.ts';
import { isPodReady } from '../kinds/pods.ts';
import { tableOf } from '../kinds/kind.ts';
import { selectorMatcher } from '../store/selectors.ts';
import { type Ground, keyOf, Loop, placeOf } from './loop.ts';
import { hasEnded, ownerOf } from './owned.ts';
import type { Api } from '../api/verbs.ts';

const triggerAnnotation = 'endpoints.kubernetes.io/last-change-trigger-time';

/** Runs the controllers of endpoints and of endpoint slices. */
export function startEndpoints(ground: Ground): void {
  const { api } = ground;
  const services = api.kind('v1', 'Service');
  new Loop(ground, 'endpoints', (key) => {
    const place = placeOf(key);
    const service = api.find(services, place) as Service | undefined;
    if (service === undefined) {
      const endpoints = api.kind('v1', 'Endpoints');
      if (api.find(endpoints, place) !== undefined) api.remove(endpoints, place);
      return;
    }
    const hasSelector = Object.keys(service.spec.selector ?? {}).length > 0;
    if (!hasSelector || service.spec.type === 'ExternalName') {
      mirror(api, service);
      return;
    }
    if (service.metadata.deletionTimestamp !== undefined) return;
    const backends = backendsOf(api, service);
    putEndpoints(api, service, backends);
    putSlice(api, service, backends);
  })
    .follow(services)
    .follow(api.kind('v1', 'Endpoints'), (object) => {
      const service = api.find(services, object.metadata) as Service | undefined;
      const isByHand = Object.keys(service?.spec.selector ?? {}).length === 0;
      return service !== undefined && isByHand ? [keyOf(object)] : [];
    })
    .follow(api.kind('v1', 'Pod'), function* (object, previous) {
      yield* servicesFor(api, object, previous);
    });
}

/** The services that select a pod, as it is or as it was. */
function* servicesFor(api: Api, pod: KubeObject, before?: KubeObject): Iterable<string> {
  if (before !== undefined && !matters(pod as Pod, before as Pod)) return;
  const table = tableOf(api.kind('v1', 'Service'));
  for (const object of api.store.each(table, pod.metadata.namespace)) {
    const selector = (object as Service).spec.selector ?? {};
    const matches = selectorMatcher({ matchLabels: selector });
    const isSelected = [pod, before].some(
      (one) => one !== undefined && matches(one.metadata.labels ?? {}),
    );
    if (Object.keys(selector).length > 0 && isSelected) yield keyOf(object);
  }
}

const seenOf = (pod: Pod): string =>
  JSON.stringify([
    pod.metadata.labels,
    pod.metadata.deletionTimestamp,
    pod.status?.phase,
    pod.status?.podIP,
    isPodReady(pod),
  ]);

function matters(pod: Pod, before: Pod): boolean {
  return seenOf(pod) !== seenOf(before) || pod.metadata.uid !== before.metadata.uid;
}

interface Backend {
  readonly pod: Pod;
  readonly ip: string;
  readonly isServing: boolean;
  readonly isReady: boolean;
  readonly ports: readonly BackendPort[];
}

interface BackendPort {
  readonly name?: string;
  readonly port: number;
  readonly protocol: string;
  readonly appProtocol?: string;
}

function backendsOf(api: Api, service: Service): Backend[] {
  const matches = selectorMatcher({ matchLabels: service.spec.selector ?? {} });
  const found: Backend[] = [];
  for (const object of api.store.each(tableOf(api.kind('v1', 'Pod')), service.metadata.namespace)) {
    if (matches(object.metadata.labels ?? {})) found.push(...backendOf(service, object as Pod));
  }
  return found.sort((a, b) => a.ip.localeCompare(b.ip));
}

function backendOf(service: Service, pod: Pod): Backend[] {
  const ip = pod.status?.podIP ?? '';
  if (ip === '' || hasEnded(pod)) return [];
  const isEnding = pod.metadata.deletionTimestamp !== undefined;
  const isServing = isPodReady(pod);
  const isReady = service.spec.publishNotReadyAddresses === true || (isServing && !isEnding);
  return [{ pod, ip, isServing, isReady, ports: portsOf(service, pod) }];
}

function portsOf({ spec }: Service, pod: Pod): BackendPort[] {
  return (spec.ports ?? []).flatMap((port) => {
    const number = targetOf(port, pod);
    if (number === undefined) return [];
    return [
      {
        ...(port.name === undefined ? {} : { name: port.name }),
        port: number,
        protocol: port.protocol ?? 'TCP',
        ...(port.appProtocol === undefined ? {} : { appProtocol: port.appProtocol }),
      },
    ];
  });
}

function targetOf(
  { targetPort, port, protocol = 'TCP' }: ServicePort,
  pod: Pod,
): number | undefined {
  if (typeof targetPort !== 'string') return targetPort ?? port;
  return pod.spec.containers
    .flatMap(({ ports }) => ports ?? [])
    .find((one) => one.name === targetPort && (one.protocol ?? 'TCP') === protocol)?.containerPort;
}

type Subset = NonNullable<Endpoints['subsets']>[number];
type Address = NonNullable<Subset['addresses']>[number];

function addressOf({ pod, ip }: Backend, { spec, metadata }: Service): Address {
  const { name, namespace = '', uid } = pod.metadata;
  const { hostname, subdomain, nodeName } = pod.spec;
  const isNamed =
    hostname !== undefined && subdomain === metadata.name && spec.clusterIP === 'None';
  return {
    ip,
    ...(isNamed ? { hostname } : {}),
    ...(nodeName === undefined ? {} : { nodeName }),
    targetRef: { kind: 'Pod', name, namespace, uid },
  };
}

/** Backends with the same ports share a subset. */
function subsetsOf(service: Service, backends: readonly Backend[]): Subset[] {
  const groups = new Map<string, Backend[]>();
  for (const backend of backends) {
    const isLeft = !backend.isReady && backend.pod.metadata.deletionTimestamp !== undefined;
    const hasNoPort = backend.ports.length === 0 && (service.spec.ports ?? []).length > 0;
    if (isLeft || hasNoPort) continue;
    const key = JSON.stringify(backend.ports);
    groups.set(key, [...(groups.get(key) ?? []), backend]);
  }
  return [...groups.values()].map((group) => {
    const [ready, notReady] = [true, false].map((is) =>
      group.filter(({ isReady }) => isReady === is).map((one) => addressOf(one, service)),
    );
    const ports = group[0]?.ports.map((port) => ({ ...port })) ?? [];
    return {
      ...(ready === undefined || ready.length === 0 ? {} : { addresses: ready }),
      ...(notReady === undefined || notReady.length === 0 ? {} : { notReadyAddresses: notReady }),
      ...(ports.length === 0 ? {} : { ports }),
    };
  });
}

function putEndpoints(api: Api, service: Service, backends: readonly Backend[]): void {
  const kind = api.kind('v1', 'Endpoints');
  const { name, namespace = '' } = service.metadata;
  const subsets = subsetsOf(service, backends);
  const headless =
    service.spec.clusterIP === 'None' ? { 'service.kubernetes.io/headless': '' } : {};
  const all = { ...service.metadata.labels, ...headless };
  const labels = Object.keys(all).length === 0 ? {} : { labels: all };
  if (api.find(kind, { namespace, name }) === undefined) {
    // The change that brought about the first endpoints is that of the service.
    const annotations = { [triggerAnnotation]: service.metadata.creationTimestamp };
    api.create(kind, {
      metadata: { name, namespace, ...labels, annotations },
      ...(subsets.length === 0 ? {} : { subsets }),
    });
    return;
  }
  api.change<Endpoints>(kind, { namespace, name }, (draft) => {
    if (JSON.stringify(draft.subsets ?? []) === JSON.stringify(subsets)) return;
    if (subsets.length === 0) delete draft.subsets;
    else draft.subsets = subsets;
    draft.metadata.annotations = {
      ...draft.metadata.annotations,
      [triggerAnnotation]: new Date().toISOString(),
    };
  });
}

type SliceEndpoint = EndpointSlice['endpoints'][number];

function sliceEndpoint({ pod, ip, isServing, isReady }: Backend): SliceEndpoint {
  const { name, namespace = '', uid } = pod.metadata;
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  return {
    addresses: [ip],
    conditions: { ready: isReady, serving: isServing, terminating },
    ...(pod.spec.nodeName === undefined ? {} : { nodeName: pod.spec.nodeName }),
    targetRef: { kind: 'Pod', name, namespace, uid },
  };
}

function putSlice(api: Api, service: Service, backends: readonly Backend[]): void {
  const endpoints = backends.filter(({ ports }) => ports.length > 0).map(sliceEndpoint);
  const ports = (backends[0]?.ports ?? portsWithoutPods(service)).map(({ name = '', ...port }) => ({
    name,
    ...port,
  }));
  writeSlice(api, service, { endpoints, ports, manager: 'endpointslice-controller.k8s.io' });
}

function portsWithoutPods({ spec }: Service): BackendPort[] {
  return (spec.ports ?? []).flatMap(({ name, targetPort, port, protocol = 'TCP' }) =>
    typeof targetPort === 'string'
      ? []
      : [{ ...(name === undefined ? {} : { name }), port: targetPort ?? port, protocol }],
  );
}

interface SliceContent {
  readonly endpoints: SliceEndpoint[];
  readonly ports: NonNullable<EndpointSlice['ports']>;
  readonly manager: string;
}

function writeSlice(api: Api, service: Service, { endpoints, ports, manager }: SliceContent): void {
  const kind = api.kind('discovery.k8s.io/v1', 'EndpointSlice');
  const { namespace = '', name: serviceName, uid } = service.metadata;
  const suffix = createHash('sha256').update(uid).digest('hex').slice(0, 5);
  const name = `${serviceName.slice(0, 57)}-${suffix}`;
  if (api.find(kind, { namespace, name }) === undefined) {
    const labels = {
      ...service.metadata.labels,
      'kubernetes.io/service-name': serviceName,
      'endpointslice.kubernetes.io/managed-by': manager,
    };
    const metadata = { name, namespace, labels, ownerReferences: [ownerOf(service)] };
    const draft = { metadata, addressType: 'IPv4', endpoints, ports };
    api.create(kind, draft);
    return;
  }
  api.change<EndpointSlice>(kind, { namespace, name }, (draft) => {
    if (JSON.stringify([draft.endpoints, draft.ports]) === JSON.stringify([endpoints, ports]))
      return;
    draft.endpoints = endpoints;
    draft.ports = ports;
  });
}

/** What somebody wrote into the endpoints of a service without a selector is mirrored in its slice. */
function mirror(api: Api, service: Service): void {
  const { namespace = '', name } = service.metadata;
  const endpoints = api.find(api.kind('v1', 'Endpoints'), { namespace, name }) as
    Endpoints | undefined;
  const [subset] = endpoints?.subsets ?? [];
  if (subset === undefined || service.metadata.deletionTimestamp !== undefined) return;
  writeSlice(api, service, {
    endpoints: (subset.addresses ?? []).map(({ ip }) => ({
      addresses: [ip],
      conditions: { ready: true },
    })),
    ports: (subset.ports ?? []).map((port) => ({ ...port, name: port.name ?? '' })),
    manager: 'endpointslicemirroring-controller.k8s.io',
  });
}
