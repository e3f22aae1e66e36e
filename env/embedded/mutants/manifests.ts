/**
 * A lever on the objects of the cluster that an installer makes.
 */
import { Kube } from '../kuryr/api/kube.ts';
import type { Fields, Levers } from './levers.ts';

/** An object as it is sent to the API of the cluster. */
export interface Manifest extends Fields {
  readonly apiVersion: string;
  readonly kind: string;
}

/** Changes objects that OpenShift's installer or Kuryr makes in the cluster. */
export function whatIsMade(levers: Levers, change: (object: Manifest) => Manifest): void {
  levers.override(Kube.prototype, 'send', (call) => (sent) => {
    const object = sent.body as Manifest | undefined;
    return sent.method === 'POST' && object?.kind !== undefined
      ? call({ ...sent, body: change(object) })
      : call(sent);
  });
}
