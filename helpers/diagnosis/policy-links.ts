/**
 * The link from policies to the ports of the pods that they select: security groups and their rules.
 */
import type { V1LabelSelector, V1Pod } from '@kubernetes/client-node';
import type { NeutronSecurityGroupRule } from '../cloud/neutron-forms.ts';
import type { PolicyRuleView } from '../cluster/kuryr-views.ts';
import { type Finding, found } from './finding.ts';
import type { NamespacePicture, PicturedPod, PicturedPolicy, Picture } from './picture.ts';

/** What is wrong between policies and the security groups of ports. */
export function brokenPolicyLinks({ namespaces }: Picture): Finding[] {
  return namespaces.flatMap((namespace) => [
    ...namespace.policies.flatMap((policy) => groupFindings(namespace.name, policy)),
    ...namespace.pods.flatMap((pod) => carriedFindings(namespace, pod)),
    ...strayFindings(namespace),
  ]);
}

function say(text: string): Finding {
  return found('security group', text);
}

function groupFindings(namespace: string, { policy, record, group }: PicturedPolicy): Finding[] {
  const name = `Policy ${namespace}/${policy.metadata?.name ?? ''}`;
  if (group === undefined) return [say(`${name} has no security group`)];
  if (record === undefined) return [say(`${name} has a group, but no KuryrNetworkPolicy`)];
  const wanted = new Set(record.planned.map(keyOfPlanned));
  const made = new Set(group.security_group_rules.map(keyOfRule));
  const missing = [...wanted].filter((key) => !made.has(key));
  const extra = [...made].filter((key) => !wanted.has(key));
  return [
    ...missing.map((key) => say(`${name}: its group ${group.id} lacks the rule "${key}"`)),
    ...extra.map((key) => say(`${name}: its group ${group.id} has the rule "${key}" besides`)),
    ...(record.securityGroupId === undefined || record.securityGroupId === group.id
      ? []
      : [
          say(
            `${name}: KuryrNetworkPolicy names group ${record.securityGroupId}, it is ${group.id}`,
          ),
        ]),
    ...(record.isApplied
      ? []
      : [say(`${name}: KuryrNetworkPolicy does not say that it is applied`)]),
  ];
}

function carriedFindings(namespace: NamespacePicture, { pod, record }: PicturedPod): Finding[] {
  const port = namespace.ports.find(({ id }) => id === record?.vif?.portId);
  if (port === undefined) return [];
  const name = `Pod ${namespace.name}/${pod.metadata?.name ?? ''}`;
  const selecting = namespace.policies.filter(({ policy }) =>
    selects(policy.spec?.podSelector, pod),
  );
  const idsOf = (policies: readonly PicturedPolicy[]): string[] =>
    policies.flatMap(({ group }) => (group === undefined ? [] : [group.id]));
  const wanted = idsOf(selecting);
  const others = idsOf(namespace.policies).filter((id) => !wanted.includes(id));
  const carried = port.security_groups;
  const besides = wanted.length === 0 ? [] : carried.filter((id) => !wanted.includes(id));
  return [
    ...wanted
      .filter((id) => !carried.includes(id))
      .map((id) =>
        say(`${name} is selected by a policy, and its port ${port.id} lacks group ${id}`),
      ),
    ...carried
      .filter((id) => others.includes(id))
      .map((id) =>
        say(`${name} is not selected, and its port ${port.id} has group ${id} of a policy`),
      ),
    ...besides
      .filter((id) => !others.includes(id))
      .map((id) =>
        say(`${name}: its port ${port.id} has group ${id} beside those of its policies`),
      ),
  ];
}

/** Pods that no policy selects carry the same groups; what one of them has besides is left of a policy. */
function strayFindings({ name, pods, policies, ports }: NamespacePicture): Finding[] {
  const free = pods
    .filter(({ pod }) => policies.every(({ policy }) => !selects(policy.spec?.podSelector, pod)))
    .flatMap(({ pod, record }) => {
      const port = ports.find(({ id }) => id === record?.vif?.portId);
      return port === undefined ? [] : [{ pod, port }];
    });
  const isEverywhere = (id: string): boolean =>
    free.every(({ port }) => port.security_groups.includes(id));
  return free.flatMap(({ pod, port }) =>
    port.security_groups
      .filter((id) => !isEverywhere(id))
      .map((id) =>
        say(
          `Pod ${name}/${pod.metadata?.name ?? ''} is selected by no policy, and its port ${port.id} has group ${id}, which others have not`,
        ),
      ),
  );
}

function selects(selector: V1LabelSelector | undefined, { metadata }: V1Pod): boolean {
  const labels = metadata?.labels ?? {};
  return (
    Object.entries(selector?.matchLabels ?? {}).every(([key, value]) => labels[key] === value) &&
    (selector?.matchExpressions ?? []).every(({ key, operator, values = [] }) => {
      const value = labels[key];
      switch (operator) {
        case 'In':
          return value !== undefined && values.includes(value);
        case 'NotIn':
          return value === undefined || !values.includes(value);
        case 'Exists':
          return value !== undefined;
        default:
          return value === undefined;
      }
    })
  );
}

function keyOfPlanned({ direction, ethertype, protocol, ports, remote }: PolicyRuleView): string {
  return words({ direction, ethertype, protocol, ports, remote });
}

function keyOfRule(rule: NeutronSecurityGroupRule): string {
  const { direction, ethertype, protocol, port_range_min: from, port_range_max: to } = rule;
  return words({
    direction,
    ethertype,
    protocol,
    ports: [from, to],
    remote: rule.remote_ip_prefix,
  });
}

function words(rule: {
  readonly direction: string | undefined;
  readonly ethertype: string | undefined;
  readonly protocol: string | undefined;
  readonly ports: readonly [number | undefined, number | undefined];
  readonly remote: string | undefined;
}): string {
  const [from, to = from] = rule.ports;
  const ports = from === undefined ? 'all ports' : `ports ${from} to ${to ?? from}`;
  // Kuryr writes the address alone, Neutron makes a prefix of it.
  const remote = (rule.remote ?? 'anybody').replace(/\/(32|128)$/, '');
  const protocol = rule.protocol?.toLowerCase() ?? 'any protocol';
  return `${rule.direction ?? ''} ${rule.ethertype ?? 'IPv4'} ${protocol} ${ports} ${remote}`;
}
