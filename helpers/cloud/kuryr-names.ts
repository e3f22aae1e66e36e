/**
 * How Kuryr names what it makes in OpenStack. Read in kuryr-kubernetes 10.0.0 (controller/drivers:
 * utils.py get_resource_name, namespace_subnet.py, network_policy.py, lbaasv2.py); releases up to Yoga
 * used the older forms, which are looked for as well.
 */

const longestName = 255;

/** The part that does not fit is cut from the Kubernetes name, never from what stands around it. */
function fitted(prefix: string, name: string): string {
  const length = prefix.length + name.length;
  return `${prefix}${length > longestName ? name.slice(0, 254 - (length - 254)) : name}`;
}

interface Named {
  readonly namespace: string;
  readonly name: string;
}

/** The names of OpenStack objects, from the Kubernetes objects they are made for. */
export const namesOf = {
  /** A port has a name only when [kubernetes]port_debug is on. */
  port: (pod: Named): string => fitted(`${pod.namespace}/`, pod.name),
  loadBalancer: (service: Named): string => fitted(`${service.namespace}/`, service.name),
  networks: (namespace: { readonly name: string; readonly uid: string }): string[] => [
    fitted(`${namespace.uid}/`, namespace.name),
    `ns/${namespace.name}-net`,
  ],
  securityGroups: (policy: Named): string[] => [
    fitted('sg/', `${policy.namespace}-${policy.name}`),
    `sg-${policy.namespace}-${policy.name}`,
  ],
} as const;
