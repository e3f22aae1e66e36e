/**
 * Keeps OVN's mark on the interfaces of trunk parents. When a subport goes, ovn-controller (23.03 and
 * 25.03 alike) takes "ovn-installed" off the interface of its parent; with its next full look it then
 * reports the parent and every other subport down and up again, and Neutron writes each of these changes
 * (docs/track-record.md). The flows of the parent never went, so the mark is put back at once.
 */
import { startDaemon } from '../base/daemons.ts';
import type { Layout } from '../base/layout.ts';
import type { Machine } from '../base/machines.ts';

/** Name of the program that keeps the marks. */
export const parentKeeper = 'trunk-parent-keeper';

// It restores only what it has seen: the first mark is OVN's own to give.
const program = `
mark=external_ids:ovn-installed
seen=
keep() {
  for nic; do
    if [ "$(ovs-vsctl --no-wait --if-exists get interface "$nic" "$mark" 2>/dev/null)" = '"true"' ]; then
      case " $seen " in *" $nic "*) ;; *) seen="$seen $nic" ;; esac
    else
      case " $seen " in
        *" $nic "*) ovs-vsctl --no-wait set interface "$nic" "$mark=true" && echo "$(date -u +%FT%TZ) restored the mark of $nic" ;;
      esac
    fi
  done
}
while :; do
  ovsdb-client monitor unix:/run/openvswitch/db.sock Open_vSwitch Interface name,external_ids |
    while read -r change; do keep "$@"; done
  sleep 1
done`;

/** Starts the keeper for the given interfaces of the switch. */
export async function startParentKeeper(
  layout: Layout,
  hypervisor: Machine,
  interfaces: readonly string[],
): Promise<void> {
  await startDaemon(layout, {
    name: parentKeeper,
    machine: hypervisor,
    argv: ['sh', '-c', program, parentKeeper, ...interfaces],
  });
}
