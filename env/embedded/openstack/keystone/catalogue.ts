/**
 * The service catalogue: which services there are and at which address, in Keystone's form.
 */
import { createHash } from 'node:crypto';

/** A service as the catalogue lists it. */
export interface CatalogueService {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly endpoints: readonly {
    readonly id: string;
    readonly interface: 'public' | 'internal' | 'admin';
    readonly region: string;
    readonly region_id: string;
    readonly url: string;
  }[];
}

/** The one region of the cloud. */
export const region = 'RegionOne';

const listed: readonly (readonly [type: string, name: string, path: string])[] = [
  ['identity', 'keystone', '/identity'],
  ['network', 'neutron', '/networking'],
  ['load-balancer', 'octavia', '/load-balancer'],
  ['compute', 'nova', '/compute/v2.1'],
  ['image', 'glance', '/image'],
  ['block-storage', 'cinder', '/volume/v3'],
];

/** The catalogue of a cloud that listens at an address. */
export function catalogueOf(url: string): readonly CatalogueService[] {
  return listed.map(([type, name, path]) => ({
    id: idOf(type),
    type,
    name,
    endpoints: (['public', 'internal', 'admin'] as const).map((kind) => ({
      id: idOf(`${type}/${kind}`),
      interface: kind,
      region,
      region_id: region,
      url: `${url}${path}`,
    })),
  }));
}

function idOf(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
