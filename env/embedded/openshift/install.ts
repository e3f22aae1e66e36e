/**
 * Makes an OpenShift of a cluster with Kuryr, as far as it shows from outside.
 */
import type { Kube } from '../kuryr/api/kube.ts';
import type { Manifest } from '../kuryr/objects/crds.ts';
import { openShiftDefinitions } from './definitions.ts';
import { openShiftObjects, type OpenShiftPlan, webhookObjects } from './objects.ts';
import { openShiftServices } from './services.ts';

/** Makes OpenShift's kinds and objects; the Services come when Kuryr runs. */
export async function installOpenShift(kube: Kube, plan: OpenShiftPlan): Promise<void> {
  await makeAll(kube, openShiftDefinitions());
  await makeAll(kube, [...openShiftObjects(plan), ...webhookObjects(plan)]);
}

/** Makes the Services of a default OpenShift. */
export async function deployOperators(kube: Kube): Promise<void> {
  await makeAll(kube, openShiftServices());
}

async function makeAll(kube: Kube, objects: readonly Manifest[]): Promise<void> {
  for (const object of objects) {
    await kube.send({ method: 'POST', path: collectionOf(object), body: object });
  }
}

function collectionOf({ apiVersion, kind, metadata }: Manifest): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const home = metadata.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`;
  const word = kind.toLowerCase();
  return `${root}${home}/${word.endsWith('s') ? word : `${word}s`}`;
}
