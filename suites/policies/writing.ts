/**
 * What rounds of policies are written with. Those of one round select different pods of the town, so that
 * one table of all pods judges all of them.
 */
import type { Citation, Resident, TownPolicy, Visit, Zone } from '#helpers';
import type {
  EgressRule,
  Expression,
  IngressRule,
  Policy,
  PolicyPort,
  Selector,
} from './semantics.ts';

type Place = `${Zone}/${'a' | 'b' | 'c'}`;

/** A policy of a round. */
export interface RoundPolicy extends TownPolicy {
  readonly spec: Policy;
}

/** Policies that are in force at the same time. */
export interface Round {
  readonly title: string;
  readonly cites: Citation;
  readonly policies: (around: Around) => readonly RoundPolicy[];
}

/** What policies of a round may be written with. */
export interface Around {
  /** Selects the namespaces of the town and no others, and of these those with more labels. */
  readonly namespaces: (labels?: Record<string, string>) => { namespaceSelector: Selector };
  readonly block: (zone: Zone) => string;
  readonly address: (place: Place) => string;
}

/** What policies of a round may be written with, in one town. */
export function around({ town }: Visit): Around {
  return {
    namespaces: (labels = {}) => ({
      namespaceSelector: { matchLabels: { ...town.here, ...labels } },
    }),
    block: (zone) => town.blocks[zone],
    address: (place) => `${addressOf(town.resident(place))}/32`,
  };
}

function addressOf({ ip }: Resident): string {
  return ip;
}

/** A policy of ingress for one pod. */
export function into(place: Place, name: string, ingress: readonly IngressRule[]): RoundPolicy {
  const spec: Policy = { podSelector: onlyAt(place), policyTypes: ['Ingress'], ingress };
  return { zone: zoneOf(place), name, spec };
}

/** A policy of egress for one pod. */
export function outOf(place: Place, name: string, egress: readonly EgressRule[]): RoundPolicy {
  const spec: Policy = { podSelector: onlyAt(place), policyTypes: ['Egress'], egress };
  return { zone: zoneOf(place), name, spec };
}

function zoneOf(place: Place): Zone {
  return place.slice(0, 1) as Zone;
}

function onlyAt(place: Place): Selector {
  return { matchLabels: { pod: place.slice(2) } };
}

/** Selects pods by one expression. */
export function pods(
  key: string,
  operator: Expression['operator'],
  ...values: readonly string[]
): { podSelector: Selector } {
  const given = values.length === 0 ? {} : { values };
  return { podSelector: { matchExpressions: [{ key, operator, ...given }] } };
}

/** Selects pods by their names. */
export function called(name: 'a' | 'b' | 'c'): { podSelector: Selector } {
  return { podSelector: { matchLabels: { pod: name } } };
}

/** A port over TCP, by number or name. */
export function tcp(port: number | string): PolicyPort {
  return { protocol: 'TCP', port };
}

/** A port over UDP, by number or name. */
export function udp(port: number | string): PolicyPort {
  return { protocol: 'UDP', port };
}

/** A policy for every pod of a namespace. */
export function everyPod(name: string, zone: Zone, rest: Omit<Policy, 'podSelector'>): RoundPolicy {
  return { zone, name, spec: { podSelector: {}, ...rest } };
}
