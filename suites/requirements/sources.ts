/**
 * Short names of the documents that requirements cite, so that each is written in one way.
 */

/** The page of the OpenShift installer that describes Kuryr on OpenStack. */
export const installerPage = 'openshift/installer, docs/user/openstack/kuryr.md';

/** Code of the last Kuryr release, by its path below kuryr_kubernetes. */
export function kuryrCode(path: string): string {
  return `kuryr-kubernetes 10.0.0, kuryr_kubernetes/${path}`;
}

/** A page of the documentation of the last Kuryr release, by its path below doc/source. */
export function kuryrDocument(path: string): string {
  return `kuryr-kubernetes 10.0.0, doc/source/${path}`;
}
