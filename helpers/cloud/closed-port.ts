/**
 * Closes a port by a security group without ingress rules, and opens it again. It speaks to Neutron
 * alone, so that it shows what the firewall does and not what Kuryr asks for.
 */
import type { Cloud } from './cloud.ts';
import type { PortView } from './views.ts';

/** A port that is closed until it is disposed of. */
export interface ClosedPort extends AsyncDisposable {
  /** The one group that the port carries. */
  readonly groupId: string;
}

/** Gives a port one group that lets nothing in; disposal gives it back the groups that it had. */
export async function closePort(
  { neutron }: Pick<Cloud, 'neutron'>,
  port: Pick<PortView, 'id' | 'projectId' | 'securityGroupIds'>,
): Promise<ClosedPort> {
  const group = await neutron.create('security-groups', {
    name: `kc-closed-${port.id}`,
    description: 'lets nothing in',
    project_id: port.projectId,
  });
  const open = async (): Promise<void> => {
    await neutron.update('ports', port.id, { security_groups: port.securityGroupIds });
    await neutron.remove('security-groups', group.id);
  };
  try {
    await neutron.update('ports', port.id, { security_groups: [group.id] });
  } catch (error) {
    await neutron.remove('security-groups', group.id);
    throw error;
  }
  return { groupId: group.id, [Symbol.asyncDispose]: open };
}
