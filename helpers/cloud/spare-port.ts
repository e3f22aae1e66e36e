/**
 * A port beside that of a node, which looks to Kuryr like the port of another node and is no parent of a
 * trunk.
 */
import { StackError } from '#env';
import type { Cloud } from './cloud.ts';

/** A port that nothing is plugged into; disposal deletes it. */
export interface SparePort extends AsyncDisposable {
  readonly id: string;
  readonly address: string;
}

/** Makes a port on the network of another one, with a tag by which Kuryr finds the ports of nodes. */
export async function sparePort(
  { neutron }: Pick<Cloud, 'neutron'>,
  { beside, tag }: { readonly beside: string; readonly tag: string },
): Promise<SparePort> {
  const model = await neutron.port(beside);
  if (model === undefined) {
    throw new StackError(
      'PORT_LOST',
      `Making a port beside port "${beside}": that port is not there any more.`,
    );
  }
  const port = await neutron.create('ports', {
    name: 'kc-spare',
    project_id: model.project_id,
    network_id: model.network_id,
    fixed_ips: model.fixed_ips.slice(0, 1).map(({ subnet_id }) => ({ subnet_id })),
    security_groups: model.security_groups,
  });
  const remove = (): Promise<void> => neutron.remove('ports', port.id);
  try {
    await neutron.addTag('ports', port.id, tag);
  } catch (error) {
    await remove();
    throw error;
  }
  const address = port.fixed_ips[0]?.ip_address ?? '';
  return { id: port.id, address, [Symbol.asyncDispose]: remove };
}
