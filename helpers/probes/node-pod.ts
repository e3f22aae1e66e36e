/**
 * The pod that stands for a node: it shares the node's network, takes no part in Kuryr's, and runs the
 * prober without servers. It is scheduled past every taint, and marked so that a sweep finds it.
 */
import { createHash } from 'node:crypto';
import { labelsFor, type Profile, slug } from '#env';
import type { Manifest } from '../cluster/objects.ts';

/** What a node's pod is made of. */
export interface NodePodPlan {
  readonly runId: string;
  readonly node: string;
  /** Told apart from those of other workers of the run by this. */
  readonly owner: string;
  readonly images: Profile['images'];
}

/** The namespace of nodes' pods: every cluster has it, and Kuryr gives such pods no port. */
export const nodePodNamespace = 'default';

const scenario = 'nodes';
const unprivileged = 1000;

/** Describes the ConfigMap that brings the prober to nodes' pods. */
export function nodeProgram({ runId, owner }: NodePodPlan, source: string): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: programName(runId, owner),
      namespace: nodePodNamespace,
      labels: labelsFor(runId, scenario),
    },
    data: { 'prober.mjs': source },
  };
}

/** Describes the pod of one node. */
export function nodePod(plan: NodePodPlan): Manifest {
  const { runId, node, owner, images } = plan;
  const digest = createHash('sha256').update(`${owner} ${node}`).digest('hex').slice(0, 8);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: slug(`kc-node-${runId}-${digest}`),
      namespace: nodePodNamespace,
      labels: labelsFor(runId, scenario),
    },
    spec: {
      nodeName: node,
      hostNetwork: true,
      dnsPolicy: 'Default',
      tolerations: [{ operator: 'Exists' }],
      terminationGracePeriodSeconds: 1,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: { runAsUser: unprivileged, runAsNonRoot: true },
      containers: [
        {
          name: 'prober',
          image: images.prober,
          imagePullPolicy: images.pullPolicy,
          command: ['node', '/prober/prober.mjs', 'control'],
          stdin: true,
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
          volumeMounts: [{ name: 'prober', mountPath: '/prober', readOnly: true }],
        },
      ],
      volumes: [{ name: 'prober', configMap: { name: programName(runId, owner) } }],
    },
  };
}

function programName(runId: string, owner: string): string {
  return slug(`kc-prober-${runId}-${owner}`);
}
