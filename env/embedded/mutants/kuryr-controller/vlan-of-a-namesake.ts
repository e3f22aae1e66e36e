import { keyOf } from '../../kuryr/api/resources.ts';
import { vifData } from '../../kuryr/api/vif.ts';
import { PortRecords } from '../../kuryr/controller/pod-records.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault:
    'Once a port is ACTIVE, KuryrPort names the VLAN id that the first pod of this name has had.',
  origin: 'KK 5dac7214, 274c08b7: VLAN ids that are used again',
  breaks: ['TRUNK-05'],
  mayBreak: ['NS-REC-01', 'LIM-IDLE-01'],
  layer: 'subport',
  apply: (levers) => {
    const first = new Map<string, number | undefined>();
    levers.override(PortRecords.prototype, 'write', (call) => (pod, vifs) => {
      const key = keyOf(pod);
      const changed = Object.entries(vifs).map(([name, { vif, ...entry }]) => {
        const data = vifData(vif);
        if (!first.has(key)) first.set(key, data.vlan_id);
        const vlan_id = data.active ? first.get(key) : data.vlan_id;
        return [name, { ...entry, vif: { ...vif, 'versioned_object.data': { ...data, vlan_id } } }];
      });
      return call(pod, Object.fromEntries(changed) as typeof vifs);
    });
  },
};
