import type { Vifs } from '../../kuryr/api/records.ts';
import { type Vif, vifData } from '../../kuryr/api/vif.ts';
import { PortRecords } from '../../kuryr/controller/pod-records.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Once a port is ACTIVE, Kuryr notes another VLAN id in KuryrPort than the trunk has.',
  breaks: ['TRUNK-02'],
  layer: 'subport',
  apply: (levers) => {
    levers.override(
      PortRecords.prototype,
      'write',
      (call) => (pod, vifs) => call(pod, changed(vifs)),
    );
  },
};
function changed(vifs: Vifs): Vifs {
  return Object.fromEntries(
    Object.entries(vifs).map(([name, entry]) => [name, { ...entry, vif: renumbered(entry.vif) }]),
  );
}

/** Only what is noted when the interface is in use already: traffic stays right. */
function renumbered(vif: Vif): Vif {
  const data = vifData(vif);
  if (!data.active || data.vlan_id === undefined) return vif;
  return { ...vif, 'versioned_object.data': { ...data, vlan_id: (data.vlan_id % 4094) + 1 } };
}
