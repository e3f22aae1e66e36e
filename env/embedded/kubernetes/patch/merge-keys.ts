/**
 * The lists that strategic merge patches and server-side apply merge item by item, with the field that
 * tells items apart; an empty name is for lists of plain values. All other lists are replaced.
 */
const mergeKeys: Readonly<Record<string, string>> = {
  'V1PodSpec.containers': 'name',
  'V1PodSpec.initContainers': 'name',
  'V1PodSpec.ephemeralContainers': 'name',
  'V1PodSpec.volumes': 'name',
  'V1PodSpec.imagePullSecrets': 'name',
  'V1PodSpec.hostAliases': 'ip',
  'V1PodSpec.topologySpreadConstraints': 'topologyKey',
  'V1Container.ports': 'containerPort',
  'V1Container.env': 'name',
  'V1Container.volumeMounts': 'mountPath',
  'V1Container.volumeDevices': 'devicePath',
  'V1ServiceSpec.ports': 'port',
  'V1ServiceAccount.secrets': 'name',
  'V1ServiceAccount.imagePullSecrets': 'name',
  'V1ObjectMeta.ownerReferences': 'uid',
  'V1ObjectMeta.finalizers': '',
  'V1PodStatus.podIPs': 'ip',
  'V1PodStatus.hostIPs': 'ip',
  'V1NodeStatus.addresses': 'type',
  'V1NodeSpec.podCIDRs': '',
};

/** The field that tells the items of a list apart; undefined when the list is replaced as a whole. */
export function mergeKeyOf(model: string, field: string): string | undefined {
  if (field === 'conditions' && model.endsWith('Status')) return 'type';
  return mergeKeys[`${model}.${field}`];
}
