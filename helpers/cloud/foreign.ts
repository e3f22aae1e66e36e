/**
 * Objects in the project of the pods that are none of Kuryr's: somebody else's network with a port on it,
 * and a security group.
 */
import { reading, type Reading } from '../reading.ts';
import type { Cloud } from './cloud.ts';

/** What somebody else has; disposal deletes it. */
export interface Foreign extends AsyncDisposable {
  /** Which of the objects are there, the last one made first. */
  readonly present: Reading<readonly string[]>;
}

type Kind = 'networks' | 'subnets' | 'ports' | 'security-groups';

/** Makes the objects of somebody else in a project. */
export async function makeForeign(
  { neutron }: Pick<Cloud, 'neutron'>,
  projectId: string,
): Promise<Foreign> {
  const made: { readonly kind: Kind; readonly id: string }[] = [];
  const make = async (
    kind: Kind,
    attributes: Readonly<Record<string, unknown>>,
  ): Promise<string> => {
    const common = { name: 'kc-foreign', project_id: projectId };
    const { id } = await neutron.create(kind, { ...common, ...attributes });
    made.unshift({ kind, id });
    return id;
  };
  const remove = async (): Promise<void> => {
    for (const { kind, id } of made.splice(0)) await neutron.remove(kind, id);
  };
  try {
    const network = { network_id: await make('networks', {}) };
    await make('subnets', { ...network, ip_version: 4, cidr: '192.0.2.0/24' });
    await make('ports', network);
    await make('security-groups', { description: "somebody else's" });
    const present = reading("objects of somebody else's", async (signal) => {
      const [networks, subnets, ports, groups] = await Promise.all([
        neutron.networks({ name: 'kc-foreign' }, signal),
        neutron.subnets({ name: 'kc-foreign' }, signal),
        neutron.ports({ name: 'kc-foreign' }, signal),
        neutron.securityGroups({ name: 'kc-foreign' }, signal),
      ]);
      const ids = new Set([...networks, ...subnets, ...ports, ...groups].map(({ id }) => id));
      return made.filter(({ id }) => ids.has(id)).map(({ kind }) => kind);
    });
    return { present, [Symbol.asyncDispose]: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}
