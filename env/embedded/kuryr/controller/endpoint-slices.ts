/**
 * Endpoints as the slices that Kuryr keeps: it watches Endpoints and converts them.
 */
import type { EndpointSlice } from '../api/records.ts';
import type { Endpoints } from '../api/resources.ts';

/** Converts subsets; from Victoria on each slice holds the endpoints of all subsets. */
export function slicesOf({ subsets = [] }: Endpoints, isPiledUp: boolean): EndpointSlice[] {
  const pile: EndpointSlice['endpoints'][number][] = [];
  const slices = subsets.map(({ addresses = [], ports = [] }) => {
    const endpoints = isPiledUp ? pile : [];
    endpoints.push(
      ...addresses.map(({ ip, targetRef }) => ({
        addresses: [ip],
        conditions: { ready: true },
        ...(targetRef === undefined ? {} : { targetRef }),
      })),
    );
    return { endpoints, ports };
  });
  return plainSlices(slices);
}

/** With keys in one order and without what the resource's schema does not know. */
export function plainSlices(slices: readonly EndpointSlice[]): EndpointSlice[] {
  return slices.map(({ endpoints, ports }) => ({
    endpoints: endpoints.map(({ addresses, targetRef }) => ({
      addresses,
      conditions: { ready: true },
      ...(targetRef === undefined
        ? {}
        : {
            targetRef: {
              kind: targetRef.kind ?? 'Pod',
              name: targetRef.name,
              namespace: targetRef.namespace,
              ...(targetRef.uid === undefined ? {} : { uid: targetRef.uid }),
            },
          }),
    })),
    ports: ports.map(({ name, port, protocol = 'TCP' }) => ({
      ...(name === undefined ? {} : { name }),
      port,
      protocol,
    })),
  }));
}
