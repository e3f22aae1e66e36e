/**
 * Levers on packets: what the network does to them, whatever the cloud's objects say.
 */
import type { Attachment } from '../seams.ts';
import type { Delivery, Origin, Packet } from '../dataplane/packets/packet.ts';
import { PacketEngine } from '../dataplane/packets/engine.ts';
import { type Passage, Wire } from '../dataplane/sockets/wire.ts';
import type { CloudState } from '../openstack/state.ts';
import type { Levers } from './levers.ts';

/** A packet that would arrive at a machine. */
export interface Arriving {
  readonly origin: Origin;
  /** As it was sent. */
  readonly sent: Packet;
  /** As it arrives. */
  readonly delivery: Delivery;
  /** Of the machine at which it arrives. */
  readonly at: Attachment;
}

/** Loses packets that would arrive at a machine. */
export function losePackets(levers: Levers, isLost: (arriving: Arriving) => boolean): void {
  levers.override(Wire.prototype, 'pass', (call) => (departure, pin) => {
    const passage = call(departure, pin);
    const { arrival, decision } = passage;
    if (arrival?.kind !== 'machine' || decision.delivery === undefined) return passage;
    const { origin, packet: sent } = departure;
    const arriving = { origin, sent, delivery: decision.delivery, at: arrival.nic.attachment };
    return isLost(arriving) ? lost(passage) : passage;
  });
}

function lost({ decision: { hops, isChosen } }: Passage): Passage {
  return {
    decision: { fate: 'dropped', reason: 'the network loses it', hops, isChosen },
    arrival: undefined,
  };
}

/** Changes packets that have been let through. */
export function changeDeliveries(
  levers: Levers,
  change: (delivery: Delivery, sent: Packet, origin: Origin) => Delivery,
): void {
  levers.override(PacketEngine.prototype, 'decide', (call) => (origin, packet, pin) => {
    const decision = call(origin, packet, pin);
    return decision.delivery === undefined
      ? decision
      : { ...decision, delivery: change(decision.delivery, packet, origin) };
  });
}

/** The port of the node that carries an interface; undefined for one that is no VLAN. */
export function nodePortOf(attachment: Attachment): string | undefined {
  return attachment.kind === 'vlan' ? attachment.parentPortId : undefined;
}

/** Whether both ends are pods. */
export function isBetweenPods({ origin, at }: Arriving): boolean {
  return nodePortOf(origin.attachment) !== undefined && nodePortOf(at) !== undefined;
}

/** Tells the machine that is no node, by its interface. */
export function plainMachine(levers: Levers): (attachment: Attachment) => boolean {
  let cloud: CloudState | undefined;
  levers.state((state) => {
    cloud = state;
  });
  return (attachment) =>
    attachment.kind === 'port' &&
    cloud?.ports.get(attachment.portId)?.device_id === 'control-plane';
}
