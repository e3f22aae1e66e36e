/**
 * What mutants know of outages, and of Kuryr's requests to the cloud.
 */
import { ApiServer } from '../kubernetes/api/server.ts';
import { Cloud } from '../kuryr/api/cloud.ts';
import { Front } from '../openstack/http/listener.ts';
import type { Levers } from './levers.ts';

/** Tells whether the API of a service is away. */
export function awayness(levers: Levers, name: 'keystone' | 'neutron' | 'octavia'): () => boolean {
  let isAway = false;
  levers.override(Front.prototype, 'stop', (call) => (service) => {
    const back = call(service);
    if (service !== name) return back;
    isAway = true;
    return () => {
      isAway = false;
      back();
    };
  });
  return () => isAway;
}

/** Tells whether the API of Kubernetes is away. */
export function kubernetesAwayness(levers: Levers): () => boolean {
  let isAway = false;
  levers.override(ApiServer.prototype, 'close', (call) => async () => {
    isAway = true;
    await call();
  });
  levers.override(ApiServer.prototype, 'open', (call) => async () => {
    await call();
    isAway = false;
  });
  return () => isAway;
}

/** What comes between a request of Kuryr's to the cloud and its answer. */
type Between = <T>(ask: () => Promise<T>) => Promise<T>;

/** Comes between Kuryr and the cloud. */
export function betweenCloud(levers: Levers, between: Between): void {
  levers.override(
    Cloud.prototype,
    'list',
    (call) =>
      (...asked) =>
        between(() => call(...asked)),
  );
  levers.override(
    Cloud.prototype,
    'neutron',
    (call) =>
      (...asked) =>
        between(() => call(...asked)),
  );
  levers.override(
    Cloud.prototype,
    'listLb',
    (call) =>
      (...asked) =>
        between(() => call(...asked)),
  );
  levers.override(
    Cloud.prototype,
    'octavia',
    (call) =>
      (...asked) =>
        between(() => call(...asked)),
  );
}

/** An answer that does not come. */
export function noAnswer(): Promise<never> {
  return new Promise(() => undefined);
}
