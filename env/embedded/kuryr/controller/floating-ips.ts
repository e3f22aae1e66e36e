/**
 * Floating IPs of services of type LoadBalancer: from the pool of the external network, or one that the
 * user names and keeps.
 */
import { type CloudRow, isConflict } from '../api/cloud.ts';
import { isGone } from '../api/kube.ts';
import { kinds } from '../api/kinds.ts';
import type { BalancerSpec, PublicIp } from '../api/records.ts';
import type { Service } from '../api/resources.ts';
import type { Context } from './context.ts';

/** By which Kuryr's own are known. */
const description = 'kuryr_lb';

interface FloatingIp extends CloudRow {
  readonly description: string;
  readonly floating_ip_address: string;
  readonly port_id: string | null;
}

/** The floating IPs that Kuryr deals with. */
export class FloatingIps {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  /** Whether a service that has none should have one by now. An address that it names may be taken. */
  isAwaited({ type, lb_ip }: BalancerSpec): boolean {
    const { ignoresTypeChange } = this.#context.deviations;
    return !ignoresTypeChange && type === 'LoadBalancer' && lb_ip === undefined;
  }

  /** Whether a service has another address than it asks for, or does not ask for one any more. */
  isOld({ ip_addr }: PublicIp, { type, lb_ip = ip_addr }: BalancerSpec): boolean {
    const { ignoresTypeChange, ignoresAddressChange } = this.#context.deviations;
    const isUnasked = !ignoresTypeChange && type !== 'LoadBalancer';
    return isUnasked || (!ignoresAddressChange && lb_ip !== ip_addr);
  }

  /** The one that Kuryr has made for a load balancer before: only the status of the service tells. */
  async leftBehind(key: string, { type, lb_ip }: BalancerSpec): Promise<PublicIp | undefined> {
    const { caches, cloud, deviations } = this.#context;
    const isFromPool = type === 'LoadBalancer' && lb_ip === undefined;
    if (deviations.forgetsFloatingIp || !isFromPool) return undefined;
    const address = addressIn(caches.services.get(key));
    if (address === undefined) return undefined;
    const found = await cloud.list<FloatingIp>('floatingips', { floating_ip_address: address });
    const own = found.find((one) => one.port_id === null && one.description === description);
    return own && { ip_id: own.id, ip_addr: address, alloc_method: 'pool' };
  }

  /** Finds or makes the floating IP that a service is to have. */
  async acquire(spec: BalancerSpec, portId: string): Promise<PublicIp | undefined> {
    const { settings, world } = this.#context;
    if (spec.type !== 'LoadBalancer') return undefined;
    if (settings.external_svc_net === '') {
      world.log('kuryr-controller', `Skipping Floating IP on port ${portId}: no external_svc_net.`);
      return undefined;
    }
    return spec.lb_ip === undefined
      ? this.#fromPool(spec, portId)
      : this.#given(spec.lb_ip, portId);
  }

  async #given(address: string, portId: string): Promise<PublicIp | undefined> {
    const { cloud, world } = this.#context;
    const found = await cloud.list<FloatingIp>('floatingips', { floating_ip_address: address });
    const free = found.find(({ port_id }) => port_id === null || port_id === portId);
    if (free === undefined) {
      world.log('kuryr-controller', `IP=${address} is not available`);
      return undefined;
    }
    return { ip_id: free.id, ip_addr: address, alloc_method: 'user' };
  }

  async #fromPool({ project_id }: BalancerSpec, portId: string): Promise<PublicIp | undefined> {
    const { cloud, settings, world } = this.#context;
    try {
      const [known] = await cloud.list<FloatingIp>('floatingips', { port_id: portId });
      const floatingIp =
        known ??
        (await cloud.create<FloatingIp>('floatingips', {
          floating_network_id: settings.external_svc_net,
          project_id,
          ...(settings.external_svc_subnet === ''
            ? {}
            : { subnet_id: settings.external_svc_subnet }),
          description,
        }));
      if (known === undefined)
        await cloud.tag('floatingips', floatingIp.id, settings.resource_tags);
      const { id, floating_ip_address } = floatingIp;
      return { ip_id: id, ip_addr: floating_ip_address, alloc_method: 'pool' };
    } catch (error) {
      world.log('kuryr-controller', `Failed to allocate public IP: ${(error as Error).message}`);
      return undefined;
    }
  }

  async associate({ ip_id }: PublicIp, portId: string): Promise<void> {
    const { cloud } = this.#context;
    try {
      await cloud.update('floatingips', ip_id, { port_id: portId });
    } catch (error) {
      if (!isConflict(error)) throw error;
      const found = await cloud.get<FloatingIp>('floatingips', ip_id);
      if (found?.port_id !== portId) throw error;
    }
  }

  /** Writes the address into the status of the service. */
  async announce(key: string, { ip_addr }: PublicIp): Promise<void> {
    await this.#write(key, { ingress: [{ ip: ip_addr }] });
  }

  /** Takes the address out of the status of the service. */
  async withdraw(key: string): Promise<void> {
    await this.#write(key, {});
  }

  async #write(key: string, value: object): Promise<void> {
    const { caches, kube } = this.#context;
    const service = caches.services.get(key);
    if (service === undefined) return;
    try {
      caches.services.put(
        await kube.patch<Service>(kinds.services, service, {
          operations: [{ op: 'add', path: '/status/loadBalancer', value }],
          subresource: '/status',
        }),
      );
    } catch (error) {
      if (isGone(error)) return;
      this.#context.events.add(service, {
        reason: 'KuryrUpdateServiceStatusError',
        message: (error as Error).message,
        type: 'Warning',
      });
      throw error;
    }
  }

  /** Deletes one that Kuryr has made; one that the user named is only let go. */
  async release(publicIp: PublicIp | undefined): Promise<void> {
    const { cloud, world } = this.#context;
    if (publicIp === undefined) return;
    const { ip_id, alloc_method } = publicIp;
    try {
      if (alloc_method === 'pool') await cloud.remove('floatingips', ip_id);
      else await cloud.update('floatingips', ip_id, { port_id: null });
    } catch (error) {
      world.log(
        'kuryr-controller',
        `Failed to release floating IP ${ip_id}: ${(error as Error).message}`,
      );
    }
  }
}

function addressIn(service: Service | undefined): string | undefined {
  return service?.status?.loadBalancer?.ingress?.[0]?.ip;
}
