/**
 * Requirements on how Kuryr is operated: restarts, several controllers, and options that no profile of
 * this project sets.
 */
import type { Requirement } from '#helpers';
import { kuryrCode } from './sources.ts';

/** A class of kuryr-tempest-plugin, the suite that came before this one. */
function tempest(name: string): string {
  return `kuryr-tempest-plugin, ${name}`;
}

const noAnnotations =
  'It takes a Kuryr whose project drivers are "annotation", and a second project that it may use; no profile has them.';
const oneController =
  'It takes a second controller and the elector beside both; every stack here has one.';

/** Requirements of the area "operation". */
export const operationRequirements = [
  {
    id: 'OPS-CRD-01',
    level: 'must',
    text: "The API server refuses a record of Kuryr that has another form than Kuryr's definition says.",
    source: `${tempest('validate_crd')}; kuryr-kubernetes 10.0.0, kubernetes_crds`,
    needs: ['namespaces.own-subnet'],
    sinceKuryr: '2.0',
  },
  {
    id: 'OPS-PROJ-01',
    level: 'may',
    text: 'Network, subnet and ports of a namespace are in the project that its annotation names.',
    source: `${tempest('TestAnnotationProjectScenario')}; ${kuryrCode('controller/drivers/annotation_project.py')}`,
    needs: ['namespaces.own-subnet'],
    sinceKuryr: '7.0',
    uncovered: noAnnotations,
  },
  {
    id: 'OPS-PROJ-02',
    level: 'may',
    text: 'The load balancer of a Service is in the project that the annotation of its namespace names.',
    source: tempest('TestAnnotationProjectScenario'),
    needs: ['lb.octavia'],
    sinceKuryr: '7.0',
    uncovered: noAnnotations,
  },
  {
    id: 'OPS-PROJ-03',
    level: 'may',
    text: 'The security group of a policy is in the project that the annotation of its namespace names.',
    source: tempest('TestAnnotationProjectScenario'),
    needs: ['policies'],
    sinceKuryr: '7.0',
    uncovered: noAnnotations,
  },
  {
    id: 'OPS-HA-01',
    level: 'may',
    text: 'A second controller leaves the first one in charge, and pods are still wired.',
    source: tempest('TestHighAvailabilityScenario'),
    needs: [],
    uncovered: oneController,
  },
  {
    id: 'OPS-HA-02',
    level: 'may',
    text: 'When the controller in charge goes, another one takes over, and pods are still wired.',
    source: tempest('TestHighAvailabilityScenario'),
    needs: [],
    uncovered: oneController,
  },
  {
    id: 'OPS-HA-03',
    level: 'may',
    text: 'A controller that is no longer named as the one in charge stops working until it is again.',
    source: tempest('TestHighAvailabilityScenario'),
    needs: [],
    uncovered: oneController,
  },
  {
    id: 'OPS-ISO-01',
    level: 'may',
    text: 'With the security group driver "namespace" pods and Services of one namespace are closed to all others but "default".',
    source: tempest('TestNamespaceScenario, isolation of namespaces'),
    needs: ['namespaces.own-subnet'],
    untilKuryr: '1.1',
    uncovered:
      'The driver is gone since Kuryr 2.0, and the older releases are run with the policy driver here.',
  },
  {
    id: 'OPS-IF-01',
    level: 'may',
    text: 'A pod whose annotation names a NetworkAttachmentDefinition has a second interface on its subnet.',
    source: tempest('TestNpwgMultiVifScenario'),
    needs: [],
    uncovered:
      'It takes a Kuryr whose multi_vif_drivers are npwg_multiple_interfaces, and the definition of that kind; no profile has them.',
  },
  {
    id: 'OPS-POOL-01',
    level: 'may',
    text: 'Changed limits of port pools are in force after a restart, and surplus ports are given up.',
    source: tempest('TestPortPoolScenario'),
    needs: [],
    uncovered: 'It changes the configuration of Kuryr and restarts it, under all other scenarios.',
  },
] as const satisfies readonly Requirement[];
