/**
 * Requirements on load balancers: their provider, and their address outside the cluster.
 */
import type { Requirement } from '#helpers';
import { installerPage, kuryrCode } from './sources.ts';

/** Requirements of the area "balancers". */
export const balancerRequirements = [
  {
    id: 'LB-OVN-01',
    level: 'must',
    text: 'Where the ovn provider is in use, every load balancer made by Kuryr has it.',
    source: `${installerPage}: if ovn is enabled, Kuryr uses it`,
    needs: ['lb.ovn'],
    since: 'train',
  },
  {
    id: 'LB-OVN-02',
    level: 'must',
    text: 'Where the ovn provider is in use, no amphora exists for the load balancers of Kuryr.',
    source: `${installerPage}: Kuryr does not require a load balancer VM for each service`,
    needs: ['lb.ovn', 'cloud.admin'],
    since: 'train',
  },
  {
    id: 'LB-OVN-03',
    level: 'must',
    text: 'Where the ovn provider is in use, a pod behind a Service sees the address of the client.',
    source: kuryrCode(
      'controller/drivers/network_policy.py: policies without LB rules rely on the source address',
    ),
    needs: ['lb.ovn', 'services.tcp'],
    since: 'train',
  },
  {
    id: 'LB-OVN-04',
    level: 'must',
    text: 'Where the ovn provider is in use, a pod behind a floating IP sees the address of the client outside.',
    source: kuryrCode(
      'controller/drivers/network_policy.py: policies without LB rules rely on the source address',
    ),
    needs: ['lb.ovn', 'lb.floating-ip', 'net.outside'],
    since: 'train',
  },
  {
    id: 'LB-FIP-01',
    level: 'must',
    text: 'A Service of type LoadBalancer gets a floating IP, and its status names that address.',
    source: `${installerPage}: 1 floating IP per service of LoadBalancer type; ${kuryrCode('controller/drivers/lb_public_ip.py')}`,
    needs: ['lb.floating-ip'],
  },
  {
    id: 'LB-FIP-02',
    level: 'must',
    text: 'A Service of type LoadBalancer answers on its floating IP to a client outside the cluster.',
    source: kuryrCode('controller/drivers/lb_public_ip.py'),
    needs: ['lb.floating-ip', 'net.outside'],
  },
  {
    id: 'LB-FIP-03',
    level: 'must',
    text: 'Deleting a Service of type LoadBalancer releases the floating IP that Kuryr has made for it.',
    source: kuryrCode('controller/drivers/public_ip.py'),
    needs: ['lb.floating-ip'],
  },
  {
    id: 'LB-FIP-04',
    level: 'must',
    text: 'A Service of type LoadBalancer with TCP and UDP on one port answers outside over both, on one floating IP.',
    source: `${kuryrCode('controller/drivers/lb_public_ip.py')}; Kubernetes, MixedProtocolLBService`,
    needs: ['lb.floating-ip', 'lb.mixed-protocol', 'net.outside'],
  },
  {
    id: 'LB-FIP-05',
    level: 'must',
    text: 'A floating IP that Kuryr has made is not left behind when the load balancer is made anew.',
    source: `${installerPage}: 1 floating IP per service of LoadBalancer type; ${kuryrCode('controller/handlers/loadbalancer.py')}`,
    needs: ['lb.floating-ip'],
    sinceKuryr: '3.0',
  },
  {
    id: 'LB-IP-01',
    level: 'must',
    text: 'A Service that names a free floating IP in loadBalancerIP is reached at that address.',
    source: kuryrCode('controller/drivers/lb_public_ip.py, allocation "user"; BZ 1875352'),
    needs: ['lb.floating-ip', 'net.outside'],
  },
  {
    id: 'LB-IP-02',
    level: 'must',
    text: 'A floating IP that a Service named stays the property of the user when the Service is deleted.',
    source: kuryrCode('controller/drivers/lb_public_ip.py, release_pub_ip'),
    needs: ['lb.floating-ip', 'net.outside'],
  },
  {
    id: 'LB-IP-03',
    level: 'must',
    text: 'A Service that names a floating IP of another one gets no address, and takes none away.',
    source: kuryrCode('controller/drivers/public_ip.py, is_ip_available'),
    needs: ['lb.floating-ip', 'net.outside'],
  },
  {
    id: 'LB-IP-04',
    level: 'must',
    text: 'A Service whose loadBalancerIP is changed is reached at the new address.',
    source: 'Kubernetes Service, spec.loadBalancerIP, a field that may be changed',
    needs: ['lb.floating-ip'],
  },
  {
    id: 'LB-TYPE-01',
    level: 'must',
    text: 'A Service that becomes one of type LoadBalancer gets a floating IP.',
    source: 'Kubernetes Service, spec.type, a field that may be changed',
    needs: ['lb.floating-ip'],
  },
  {
    id: 'LB-TYPE-02',
    level: 'must',
    text: 'A Service that ceases to be one of type LoadBalancer loses the floating IP that Kuryr has made for it.',
    source: 'Kubernetes Service, spec.type, a field that may be changed',
    needs: ['lb.floating-ip'],
  },
] as const satisfies readonly Requirement[];
