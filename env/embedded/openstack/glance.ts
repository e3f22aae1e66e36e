/**
 * Glance v2 as far as anybody asks: the list of images, of which there is the amphora's when there are
 * amphorae.
 */
import { ApiFault } from './http/fault.ts';
import { listBody, type Shown } from './http/listing.ts';
import { type CloudService, Routes } from './http/routes.ts';

/** Serves Glance with some images. */
export function glanceService(images: readonly Shown[]): CloudService {
  const routes = new Routes();
  routes.on('GET', '', ({ base }) => ({
    status: 300,
    body: {
      versions: [
        { id: 'v2.9', status: 'CURRENT', links: [{ rel: 'self', href: `${base}/v2/` }] },
        { id: 'v2.0', status: 'SUPPORTED', links: [{ rel: 'self', href: `${base}/v2/` }] },
      ],
    },
  }));
  routes.on('GET', '/v2/images', ({ query, base, path }) => {
    const { images: listed = [] } = listBody({
      key: 'images',
      rows: images,
      query,
      address: `${base}${path}`,
    });
    return { body: { images: listed, first: '/v2/images', schema: '/v2/schemas/images' } };
  });
  routes.on('GET', '/v2/images/:id', ({ params }) => {
    const image = images.find(({ id }) => id === params['id']);
    if (image === undefined)
      throw new ApiFault(404, `No image found with ID ${params['id'] ?? ''}`);
    return { body: image };
  });
  return {
    name: 'glance',
    prefix: '/image',
    routes,
    file: 'env/embedded/openstack/glance.ts',
    isOpen: ({ path }) => path === '',
    faultBody: ({ status, message }) => ({ message, code: String(status) }),
  };
}

/** The image that amphorae are booted from. */
export function amphoraImage(id: string, owner: string, now: string): Shown {
  return {
    id,
    name: 'amphora-x64-haproxy',
    status: 'active',
    visibility: 'private',
    owner,
    tags: ['amphora'],
    disk_format: 'qcow2',
    container_format: 'bare',
    protected: false,
    created_at: `${now}Z`,
    updated_at: `${now}Z`,
    min_disk: 0,
    min_ram: 0,
    self: `/v2/images/${id}`,
    schema: '/v2/schemas/image',
  };
}
