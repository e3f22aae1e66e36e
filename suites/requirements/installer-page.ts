/**
 * The sentences of the page of OpenShift's installer that describes Kuryr, one by one and in own words, in
 * the order of the page: which requirements stand for each, or why nothing can. Where the page is not
 * exact, it is said what is.
 */

/** One sentence of the page. */
export interface PageSentence {
  readonly id: string;
  readonly gist: string;
  /** The requirements that stand for it. */
  readonly by: readonly string[];
  /** Why nothing can be observed of it. */
  readonly untestable?: string;
  /** What is known to be otherwise. */
  readonly reality?: string;
}

type Row = readonly [
  gist: string,
  by: readonly string[],
  more?: Pick<PageSentence, 'untestable' | 'reality'>,
];

const installerQuotas = [
  'QUOTA-FIP-01',
  'QUOTA-SG-01',
  'QUOTA-SG-02',
  'QUOTA-NET-01',
  'QUOTA-NET-02',
  'QUOTA-NET-03',
  'QUOTA-NET-04',
  'QUOTA-VM-01',
  'QUOTA-VM-02',
  'QUOTA-VM-03',
  'QUOTA-VM-04',
  'QUOTA-LB-01',
  'QUOTA-LB-02',
  'QUOTA-LB-03',
] as const;

/** What the command of the page raises. */
const raisedQuotas = [
  'QUOTA-SG-01',
  'QUOTA-SG-02',
  'QUOTA-NET-04',
  'QUOTA-NET-02',
  'QUOTA-NET-03',
] as const;

const rows: readonly Row[] = [
  [
    'Kuryr is a CNI plug-in; pods get their network from Neutron, Services theirs from Octavia',
    ['POD-PORT-01', 'POD-NET-01', 'SVC-LB-01', 'SVC-TCP-01'],
  ],
  [
    'it is made for OpenShift on virtual machines of OpenStack',
    ['OCP-NET-01', 'TRUNK-01'],
    { reality: 'bare pods (neutron-vif) work too, mostly for tests' },
  ],
  [
    'pods that are plugged into OpenStack have a faster network',
    [],
    {
      untestable:
        'A comparison with another network plug-in, which no stack has beside Kuryr; that pods are plugged in is TRUNK-01.',
    },
  ],
  ['pods and virtual machines of OpenStack reach each other', ['POD-VM-01', 'POD-VM-02']],
  [
    'it is recommended on tunnelled tenant networks, where it saves a second encapsulation',
    ['POD-NET-04', 'POD-MTU-01', 'POD-MTU-02'],
  ],
  [
    'on provider networks or tenant VLANs it is not needed for that',
    [],
    { untestable: 'Advice on when something is not needed; nothing of it can be observed.' },
  ],
  [
    'there the gain is negligible',
    [],
    {
      untestable:
        'A statement about a comparison of speeds, with no figure that could be met or missed.',
    },
  ],
  [
    'there it may still be of use',
    [],
    { untestable: 'An opinion that depends on a configuration which the page does not name.' },
  ],
  ['it is not recommended where all criteria of a list hold', ['PRE-ADV-01']],
  ['first list: OpenStack is older than Train', ['PRE-ADV-01', 'PRE-LB-02']],
  ['first list: UDP Services, or many TCP Services on few hypervisors', ['PRE-ADV-01']],
  ['or, second list: the ovn driver of Octavia is disabled', ['PRE-ADV-01']],
  ['second list: many TCP Services on few hypervisors', ['PRE-ADV-01']],
  [
    'objects of the cluster use the quota of the project, so more of it is needed',
    ['NS-NET-01', 'POL-SG-02', 'SVC-LB-04', 'QUOTA-NET-04'],
  ],
  ['Kuryr needs more than a default installation', ['PRE-LB-01', 'PRE-NET-01', 'PRE-TRUNK-01']],
  [
    'the following quota is the least for a default cluster',
    installerQuotas,
    {
      reality:
        'an earlier edition had 100 groups, 500 rules and 1000 ports; the figures are configuration',
    },
  ],
  ['3 floating IPs, and one for each Service of type LoadBalancer', ['QUOTA-FIP-01', 'LB-FIP-01']],
  [
    '250 security groups, one for each Service and each policy',
    ['QUOTA-SG-01', 'POL-SG-02'],
    {
      reality:
        'one for each Service only with the old sg_mode create; that of an amphora belongs to Octavia, ovn has none',
    },
  ],
  ['1000 security group rules', ['QUOTA-SG-02']],
  ['1 router', ['QUOTA-NET-01', 'NS-NET-02']],
  [
    '250 subnets, one for each namespace',
    ['QUOTA-NET-02', 'NS-NET-01'],
    { reality: 'since Kuryr 6.0 only namespaces with a pod on the pod network have one' },
  ],
  [
    '250 networks, one for each namespace',
    ['QUOTA-NET-03', 'NS-NET-01'],
    { reality: 'since Kuryr 6.0 only namespaces with a pod on the pod network have one' },
  ],
  ['1500 ports', ['QUOTA-NET-04']],
  ['112 GB of RAM', ['QUOTA-VM-01']],
  ['28 virtual CPUs', ['QUOTA-VM-02']],
  ['175 GB of volume storage', ['QUOTA-VM-03']],
  ['7 instances', ['QUOTA-VM-04']],
  [
    '100 load balancers, one for each Service',
    ['QUOTA-LB-01', 'SVC-LB-01'],
    { reality: 'only Services that have had a ready endpoint get one' },
  ],
  ['500 listeners, one for each exposed port', ['QUOTA-LB-02', 'SVC-LB-02']],
  ['500 pools, one for each exposed port', ['QUOTA-LB-03', 'SVC-LB-02']],
  ['quotas have to be increased, as objects of the cluster are objects of OpenStack', raisedQuotas],
  ['an administrator increases them for the project', raisedQuotas],
  [
    'with one command for groups, rules, ports, subnets and networks',
    raisedQuotas,
    { reality: 'the command preflight prints this line when it is needed' },
  ],
  ['each amphora load balancer is a virtual machine', ['DRV-AMP-01']],
  [
    'the cloud needs room for them, although no quota of the project counts them',
    ['DRV-AMP-02', 'PRE-ADV-01'],
  ],
  ['a default OpenShift has more than 50 of them', ['OCP-LB-01']],
  [
    'pods are plugged in through trunks, so the extension must be enabled',
    ['PRE-TRUNK-01', 'TRUNK-01', 'TRUNK-02'],
    { reality: 'only for nested pods' },
  ],
  [
    'with ML2/OVS the firewall must be openvswitch, so that groups hold on subports',
    ['PRE-FW-01', 'POL-SG-01', 'TRUNK-SG-01', 'TRUNK-SG-02'],
    { reality: 'the other value is called iptables_hybrid; ML2/OVN has no such setting' },
  ],
  ['Services are made with Octavia', ['SVC-LB-01', 'SVC-LB-02', 'SVC-LB-03']],
  ['so Octavia must be installed and configured', ['PRE-LB-01']],
  [
    'an Octavia may lack UDP listeners, and then there are no UDP Services',
    ['SVC-UDP-01', 'SVC-UDP-02'],
    { reality: 'upstream Octavia has UDP since Rocky' },
  ],
  ['Octavia has several providers', ['PRE-LB-03']],
  ['a command lists them', ['PRE-LB-03', 'DRV-LIST-01']],
  ['the list has amphora, octavia as its old name, and ovn', ['PRE-LB-03', 'DRV-LIST-02']],
  [
    'the ovn provider is supported since Train',
    ['LB-OVN-01'],
    { reality: 'the code came with Stein; TCP and UDP in one load balancer work since Ussuri' },
  ],
  ['ovn joins the load balancing of Octavia and OVN', ['LB-OVN-01', 'SVC-TCP-01']],
  ['it has basic features only, by OpenFlow rules', ['DRV-OVN-01', 'DRV-OVN-02']],
  ['amphora is the default provider', ['DRV-AMP-05']],
  [
    'where ovn is enabled, Kuryr uses it',
    ['LB-OVN-01', 'OCP-LB-02', 'DRV-ASK-01'],
    { reality: "OpenShift's operator decides it once and notes it; upstream it is configured" },
  ],
  ['with ovn there are these benefits', ['LB-OVN-02', 'DRV-OVN-03']],
  ['no virtual machine for each Service', ['LB-OVN-02']],
  [
    'less latency',
    [],
    {
      untestable:
        'A comparison of two providers, of which a stack uses one; the page has no figure.',
    },
  ],
  [
    'Services are made faster',
    [],
    {
      untestable:
        'A comparison of two providers, of which a stack uses one; the page has no figure.',
    },
  ],
  ['balancing on all nodes instead of in one machine', ['DRV-OVN-03']],
  [
    'networkType Kuryr in install-config.yaml selects it',
    ['OCP-NET-01', 'OCP-NET-02', 'OCP-NET-03'],
    { reality: 'OpenShift 4.2 to 4.14; the operator of 4.15 cannot make it' },
  ],
  [
    'all other steps are those of the default network',
    [],
    {
      untestable:
        'A statement about the steps of the installer, which are over when a stack can be looked at.',
    },
  ],
  ['an example shows the key in its place', ['OCP-NET-01']],
  ['without trunks or Octavia it does not work', ['PRE-TRUNK-01', 'PRE-LB-01', 'TRUNK-06']],
  ['there are known limitations', ['LIM-SEL-01', 'LIM-NET-01']],
  ['limitation: with amphora one virtual machine for each Service', ['DRV-AMP-01']],
  ['limitation: many Services may be too much for a small cloud', ['PRE-ADV-01']],
  ['limitation: UDP listeners depend on the version of Octavia', ['SVC-UDP-01', 'SVC-UDP-02']],
  [
    'limitation: so UDP Services need Train',
    ['SVC-UDP-01', 'SVC-UDP-02'],
    { reality: 'Rocky; Kuryr makes them since Stein' },
  ],
  [
    'limitation: an Octavia may lack listeners of two protocols on one port',
    ['SVC-MIX-01', 'SVC-MIX-04'],
  ],
  [
    'limitation: so such Services need Train',
    ['SVC-MIX-01', 'SVC-MIX-04'],
    { reality: 'and Kuryr 2.0 or OpenShift 4.3' },
  ],
  [
    'limitation: before Train pods are forced to TCP for DNS',
    ['OCP-DNS-01', 'OCP-DNS-02', 'DNS-CONF-02'],
    { reality: 'by a webhook of OpenShift 4.2 to 4.10, where Octavia is older than 2.13' },
  ],
  ['limitation: Go up to 1.12 without CGO does not know that option', ['DNS-VC-03', 'DNS-VC-05']],
  ['limitation: neither does musl', ['DNS-VC-02']],
  ['limitation: so images made from alpine are concerned', ['DNS-VC-02', 'DNS-TCP-02']],
  ['limitation: Services are load balancers of Octavia', ['SVC-LB-01']],
  ['limitation: with amphora each is a virtual machine', ['DRV-AMP-01']],
  [
    'limitation: these ignore the chosen availability zone',
    ['DRV-AZ-01'],
    { reality: 'Octavia has zones since Ussuri; Kuryr asks for none' },
  ],
];

/** Every sentence. */
export const pageSentences: readonly PageSentence[] = rows.map(([gist, by, more = {}], index) => ({
  id: `PAGE-${String(index + 1).padStart(2, '0')}`,
  gist,
  by,
  ...more,
}));

/** How many sentences the page has. */
export const pageLength = 72;
