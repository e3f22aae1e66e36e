import { vifData } from '../../kuryr/api/vif.ts';
import { PortRecords } from '../../kuryr/controller/pod-records.ts';
import type { Mutant } from '../mutant.ts';

export const mutant: Mutant = {
  fault: 'Once a port is ACTIVE, Kuryr notes another MAC address in KuryrPort than the port has.',
  breaks: ['POD-PORT-01'],
  layer: 'port',
  apply: (levers) => {
    levers.override(PortRecords.prototype, 'write', (call) => (pod, vifs) => {
      const changed = Object.entries(vifs).map(([name, { vif, ...entry }]) => {
        const data = vifData(vif);
        const address = data.active ? data.address.replace(/^fa:16/, 'fa:17') : data.address;
        return [name, { ...entry, vif: { ...vif, 'versioned_object.data': { ...data, address } } }];
      });
      return call(pod, Object.fromEntries(changed) as typeof vifs);
    });
  },
};
