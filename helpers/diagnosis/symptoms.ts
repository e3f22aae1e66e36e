/**
 * What a failure itself says about the broken link, for failures of which all objects of the chain know
 * nothing: whoever did not answer, in front of what it is, and what was read last.
 */
import type { Layer } from '#env';
import { type Finding, found } from './finding.ts';
import type { NamespacePicture, Picture } from './picture.ts';
import { isRefused } from './refused-clients.ts';

/** What each prerequisite is a prerequisite of; capacity, which nodes take, belongs to the cluster. */
const prerequisites: readonly (readonly [RegExp, Layer])[] = [
  [/^prerequisite "(version of the API of Octavia|provider |Neutron and Octavia)/, 'load balancer'],
  [/^prerequisite "quota: load balancers"/, 'load balancer'],
  [/^prerequisite "quota: listeners"/, 'listener'],
  [/^prerequisite "quota: pools"/, 'pool'],
  [/^prerequisite "trunk /, 'subport'],
  [/^prerequisite "(firewall |quota: security group)/, 'security group'],
  [/^prerequisite "quota: routers"/, 'router'],
  [/^prerequisite "quota: (networks|subnets)"/, 'namespace network'],
  [/^prerequisite "(quota: ports"|extensions )/, 'port'],
  [/^prerequisite "quota: floating IPs"/, 'floating ip'],
  [/^prerequisite /, 'kubernetes'],
];

/** Readings by the beginning of their names, and the link that each of them shows. */
const readings: readonly (readonly [RegExp, Layer])[] = [
  [/^(look-up|queries|question of|resolv\.conf of|resolver options|webhook) /, 'dns'],
  [/^probe of \S+ through /, 'dns'],
  [/^(floating IP|external address) |^KuryrLoadBalancer .*\n\s+publicIp\b/, 'floating ip'],
  [/^subports of /, 'subport'],
  [/^load balancer .*\n\s+members\b/, 'member'],
  [/^load balancer .*\n\s+pools\b/, 'pool'],
  [/^load balancer .*\n\s+listeners\b/, 'listener'],
  [/^answer of Octavia to listeners /, 'listener'],
  [/^answer of Octavia to pools /, 'pool'],
  [/^port .*\n.*is bound to no host/, 'load balancer'],
  [
    /^(load balancers? |amphorae |virtual machines |KuryrLoadBalancer |providers of Octavia)/,
    'load balancer',
  ],
  [/^router of subnet /, 'router'],
  [/^((pods with the )?security group |KuryrNetworkPolicy |policy )/, 'security group'],
  [
    /^(network of namespace |network devices of |KuryrNetwork |MTU |pool of the other subnet)/,
    'namespace network',
  ],
  // Something is expected there; where nothing is, it is a matter of clean-up.
  [/^footprint .*\n\s+(networks|subnets): expected \[ /, 'namespace network'],
  [/^(ports? |KuryrPort |pods of namespace \S+ that Kuryr .* no port)/, 'port'],
  ...prerequisites,
  [/^chosen, configured and actual provider/, 'load balancer'],
  [/^(network\.config\.|DaemonSet |conditions of the cluster operator )/, 'kubernetes'],
  [/^(endpoints |answer to the offer of )/, 'kubernetes'],
  [/^(interfaces of )?pod /, 'pod'],
  [/^(footprint |namespace |objects of somebody else's)/, 'clean-up'],
];

/** Finds the link that the text of a failure speaks about. */
export function symptomOf(message: string, picture: Picture | undefined): Finding | undefined {
  const text = wordsOf(message);
  const head = headOf(message);
  if (/^Removing namespace|this is still there/.test(head)) return found('clean-up', whole(text));
  const traffic = picture === undefined ? undefined : trafficSymptom(text, head, picture);
  if (traffic !== undefined) return found(traffic, whole(text));
  const known = readings.find(([pattern]) => pattern.test(text));
  return known === undefined ? undefined : found(known[1], whole(text));
}

function wordsOf(message: string): string {
  return message.replace(/^(\w*Error: |Error: )/, '');
}

function headOf(message: string): string {
  return wordsOf(message).split('\n')[0] ?? '';
}

/** Without the port, and without the brackets of IPv6. */
function addressOf(target: string): string {
  return target.replace(/:\d+$/, '').replaceAll(/[[\]]/g, '');
}

/** The head and the first difference are enough for one sentence. */
function whole(text: string): string {
  return text
    .split('\n')
    .slice(0, 2)
    .map((line) => line.trim())
    .join(' ');
}

/** Every network carries so many bytes (RFC 791). */
const smallestMtu = 576;

const probe =
  /^(?:(?:TCP|UDP|HTTP) )?(?:probe|connection)s? of (\S+?)(?:\/\S+)?(?: and \S+)*(?: with \d+ bytes)? from /;
const answers = /^answers to \d+ connections to (\S+?)(?:\/\S+)? from /;

function trafficSymptom(text: string, head: string, picture: Picture): Layer | undefined {
  const hasPolicy = picture.namespaces.some(({ policies }) => policies.length > 0);
  if (head.startsWith('who reaches whom ')) {
    return betweenPods({ hasPolicy, isRouted: crossesNamespaces(text), isLarge: false });
  }
  const isFromPod = head.includes(' from pod ');
  const target = (probe.exec(head) ?? answers.exec(head))?.[1];
  if (target === undefined) return undefined;
  const address = addressOf(target);
  const question = { text, hasPolicy, isLarge: isLarge(head) };
  if (isVip(picture, address)) return atVip(question, { picture, head, target });
  if (isOnPods(picture, address)) return atPod(question);
  if (isFromPod && !isExternal(picture, address)) return 'router';
  return isOtherClient(text) ? 'load balancer' : 'floating ip';
}

function isLarge(head: string): boolean {
  return Number(/ with (\d+) bytes /.exec(head)?.[1]) > smallestMtu;
}

/** Who was asked has seen somebody else, which says more than who it was. */
function isOtherClient(text: string): boolean {
  const isAboutClients = /^\s*clientAddress:|address that the client has/m.test(text);
  return isAboutClients && !/verdict: '(dropped|rejected)'/.test(text);
}

function betweenPods(traffic: {
  readonly hasPolicy: boolean;
  readonly isRouted: boolean;
  readonly isLarge: boolean;
}): Layer {
  if (traffic.hasPolicy) return 'security group';
  if (traffic.isRouted) return 'router';
  return traffic.isLarge ? 'namespace network' : 'port';
}

/** The pods that a failure is about, as namespace/name: for traffic both its ends, else all of them. */
export function podsIn(message: string, { namespaces }: Picture): Set<string> {
  const all = namespaces.flatMap(({ name, pods }) =>
    pods.map(({ pod }) => ({ name: `${name}/${pod.metadata?.name ?? ''}`, ip: pod.status?.podIP })),
  );
  const head = headOf(message);
  const target = (probe.exec(head) ?? answers.exec(head))?.[1];
  if (target === undefined) return new Set(all.map(({ name }) => name));
  const address = addressOf(target);
  const behind = new Set(namespaces.flatMap((namespace) => podsBehind(address, namespace)));
  const from = / from pod (\S+)/.exec(head)?.[1];
  return new Set(
    all
      .filter(({ name, ip }) => name === from || ip === address || behind.has(name))
      .map(({ name }) => name),
  );
}

/** The pods that the Services of an address select. */
function podsBehind(address: string, { name, pods, services }: NamespacePicture): string[] {
  const selectors = services
    .filter(
      ({ service: { spec, status } }) =>
        spec?.clusterIP === address ||
        status?.loadBalancer?.ingress?.some(({ ip }) => ip === address),
    )
    .map(({ service }) => Object.entries(service.spec?.selector ?? {}));
  return pods
    .filter(({ pod }) =>
      selectors.some((selector) =>
        selector.every(([key, value]) => pod.metadata?.labels?.[key] === value),
      ),
    )
    .map(({ pod }) => `${name}/${pod.metadata?.name ?? ''}`);
}

interface Question {
  readonly text: string;
  readonly hasPolicy: boolean;
  readonly isLarge: boolean;
}

function atPod({ text, ...traffic }: Question): Layer {
  return isLetThrough(text) ? 'security group' : betweenPods({ ...traffic, isRouted: false });
}

/** A client that is missing in the listener's list does not come to the groups of the pods. */
function atVip(
  question: Question,
  { picture, head, target }: { picture: Picture; head: string; target: string },
): Layer {
  const at = { address: addressOf(target), port: Number(/:(\d+)$/.exec(target)?.[1]) };
  const client = / from pod (\S+)/.exec(head)?.[1];
  const isShut = isKeptOut(question.text) && isRefused(picture, at, client);
  return isShut ? 'listener' : behindVip(question);
}

/** Nobody answers: the listener; somebody wrong, or not everybody: a member; not as meant: the balancer. */
function behindVip({ text, hasPolicy }: Question): Layer {
  // The objects of the Service fit together, or they would be what was found.
  if (hasPolicy && (isLetThrough(text) || isKeptOut(text))) return 'security group';
  if (isOtherClient(text)) return 'load balancer';
  const isPartly = /verdicts\.open: expected \d+, last read [1-9]/.test(text);
  return isPartly || /answeredBy: .*last read \[ '/.test(text) || text.includes('wrong-answer')
    ? 'member'
    : 'listener';
}

/** What should be closed answers: no link is missing, one too many is open. */
function isLetThrough(text: string): boolean {
  return /verdict: expected \S*(StringMatching|dropped|rejected).*last read 'open'/.test(text);
}

/** Nobody answers who should: what is broken in front of him is not seen. */
function isKeptOut(text: string): boolean {
  return /^\s*verdict: expected 'open', last read 'dropped'/m.test(text);
}

function isVip({ namespaces }: Picture, address: string): boolean {
  return namespaces.some(({ services }) =>
    services.some(({ service }) => service.spec?.clusterIP === address),
  );
}

function isExternal({ namespaces }: Picture, address: string): boolean {
  return namespaces.some(({ services }) =>
    services.some(({ service }) =>
      service.status?.loadBalancer?.ingress?.some(({ ip }) => ip === address),
    ),
  );
}

function isOnPods({ namespaces }: Picture, address: string): boolean {
  return namespaces.some(({ pods }) => pods.some(({ pod }) => pod.status?.podIP === address));
}

/** Pairs are written namespace/pod (address) -> namespace/pod (address:port/protocol). */
function crossesNamespaces(text: string): boolean {
  const pairs = [...text.matchAll(/(\S+?)\/\S+ \([^)]*\) -> (\S+?)\/\S+ \(/g)];
  return pairs.some(([, from, to]) => from !== to);
}
