/**
 * Whom a rule of a network policy names: pods, namespaces with their blocks, and address blocks, as the
 * release's own parser finds them.
 */
import type { Pod, PolicyPeer, PolicyRule, Selector } from '../api/resources.ts';
import type { Deviations } from '../release.ts';
import { without } from './addresses.ts';
import type { Inventory, NamespaceBlock } from './policy-inventory.ts';
import { isEmpty } from './selectors.ts';

/** One that traffic may come from or go to. */
export type Peer =
  | { readonly kind: 'pod'; readonly pod: Pod }
  | { readonly kind: 'namespace'; readonly namespace: NamespaceBlock }
  | { readonly kind: 'block'; readonly cidr: string };

/** Everybody that one rule names. */
export interface Peers {
  readonly peers: readonly Peer[];
  /** Set when a rule names every namespace: whole blocks instead of peers. */
  readonly everyone: readonly string[] | undefined;
  /** Whether the rule names anybody, be it somebody who does not exist. */
  readonly isSelective: boolean;
}

interface Where {
  readonly inventory: Inventory;
  readonly deviations: Deviations;
  readonly namespace: string;
}

function podsAsPeers(pods: readonly Pod[]): Peer[] {
  return pods.map((pod) => ({ kind: 'pod', pod }));
}

function podsInMatching(
  selector: Selector,
  namespaces: readonly NamespaceBlock[],
  { inventory, deviations }: Where,
): Peer[] {
  const looked = deviations.lastNamespaceWins ? namespaces.slice(-1) : namespaces;
  return looked.flatMap(({ name }) => podsAsPeers(inventory.pods(selector, name)));
}

function namespacePeers(
  { namespaceSelector, podSelector }: PolicyPeer,
  where: Where,
): Pick<Peers, 'peers' | 'everyone'> {
  const { inventory } = where;
  const selector = namespaceSelector ?? {};
  const wantsPods = podSelector !== undefined && !isEmpty(podSelector);
  if (isEmpty(selector)) {
    return wantsPods
      ? { peers: podsAsPeers(inventory.pods(podSelector)), everyone: undefined }
      : { peers: [], everyone: [...inventory.podCidrs, inventory.serviceCidr] };
  }
  const matching = inventory.namespaces(selector);
  return {
    peers: wantsPods
      ? podsInMatching(podSelector, matching, where)
      : matching.map((namespace) => ({ kind: 'namespace', namespace })),
    everyone: undefined,
  };
}

function ownPeers(selector: Selector, { inventory, namespace }: Where): Peer[] {
  if (!isEmpty(selector)) return podsAsPeers(inventory.pods(selector, namespace));
  const own = inventory.namespace(namespace);
  return own === undefined ? [] : [{ kind: 'namespace', namespace: own }];
}

function blockPeers(
  { cidr, except = [] }: NonNullable<PolicyPeer['ipBlock']>,
  { deviations }: Where,
): Peer[] {
  const left =
    except.length === 0
      ? [cidr]
      : deviations.exceptionsUndoEachOther
        ? except.flatMap((excluded) => without(cidr, excluded))
        : except.reduce(
            (blocks, excluded) => blocks.flatMap((block) => without(block, excluded)),
            [cidr],
          );
  return left.map((block) => ({ kind: 'block', cidr: block }));
}

/** Finds everybody that a rule names. */
export function peersOf(rule: PolicyRule, direction: 'ingress' | 'egress', where: Where): Peers {
  const named = (direction === 'ingress' ? rule.from : rule.to) ?? [];
  let everyone: readonly string[] | undefined;
  const peers: Peer[] = [];
  const blocks: Peer[] = [];
  let isSelective = false;
  for (const peer of named) {
    if (peer.ipBlock !== undefined) {
      blocks.push(...blockPeers(peer.ipBlock, where));
    } else {
      isSelective = true;
      const found =
        peer.namespaceSelector === undefined
          ? { peers: ownPeers(peer.podSelector ?? {}, where), everyone: undefined }
          : namespacePeers(peer, where);
      peers.push(...found.peers);
      everyone = found.everyone ?? everyone;
    }
  }
  return { peers: [...peers, ...blocks], everyone, isSelective };
}
