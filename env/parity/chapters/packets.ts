/**
 * Packets between pods, and from outside: one program serves and probes, and a verdict is what it said.
 */
import { PassThrough } from 'node:stream';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { text } from 'node:stream/consumers';
import { Exec, type V1Status } from '#kubernetes-client';
import { StackError } from '../../errors.ts';
import type { Profile } from '../../profile.ts';
import type { Stack } from '../../stack.ts';
import type { Json, Recorder } from '../recorder.ts';

/** The program on this machine. */
export const programFile = fileURLToPath(new URL('../packets.mjs', import.meta.url));

const mounted = '/parity/packets.mjs';
/** The port at which every pod serves. */
export const servedPort = 8080;

/** The map that carries the program into pods. */
export function programMap(name: string): Json {
  return {
    ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } },
    data: { 'packets.mjs': readFileSync(programFile, 'utf8') },
  };
}

/** A pod that serves, on a given node. */
export function servingPod(
  { name, map, node }: { readonly name: string; readonly map: string; readonly node: string },
  { images }: Profile,
): Json {
  return {
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name, labels: { name, app: 'parity' } } },
    spec: {
      nodeName: node,
      terminationGracePeriodSeconds: 0,
      automountServiceAccountToken: false,
      securityContext: {
        ...{ runAsNonRoot: true, runAsUser: 65_532 },
        seccompProfile: { type: 'RuntimeDefault' },
      },
      containers: [
        {
          ...{ name: 'main', image: images.prober, imagePullPolicy: images.pullPolicy },
          command: ['node', mounted, 'serve', name],
          ports: [{ containerPort: servedPort }],
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
          readinessProbe: { tcpSocket: { port: servedPort }, periodSeconds: 2 },
          volumeMounts: [{ name: 'program', mountPath: '/parity' }],
        },
      ],
      volumes: [{ name: 'program', configMap: { name: map } }],
    },
  };
}

/** Where a packet goes. */
export interface Target {
  readonly protocol: 'tcp' | 'udp';
  readonly address: string;
  readonly port?: number;
}

/** Asks the program in a pod to send one. */
export async function fromPod(
  { apis }: Recorder,
  { namespace, pod }: { readonly namespace: string; readonly pod: string },
  target: Target,
): Promise<string> {
  const out = new PassThrough();
  const err = new PassThrough();
  const said = text(out);
  const status = await new Promise<V1Status>((resolve, reject) => {
    new Exec(apis.kubernetes.config)
      .exec(
        namespace,
        pod,
        'main',
        ['node', mounted, ...wordsOf(target)],
        out,
        err,
        null,
        false,
        resolve,
      )
      .then((socket) => {
        socket.onclose = (): void => {
          reject(new Error('the connection was closed'));
        };
      }, reject);
  }).catch((cause: unknown) => {
    throw new StackError(
      'PARITY_NO_EXEC',
      `Sending packets from pod "${namespace}/${pod}": ${(cause as Error).message}. Look into the log of its kubelet.`,
      { cause },
    );
  });
  out.end();
  return status.status === 'Success' ? (await said).trim() : `failed: ${status.message ?? ''}`;
}

/** Asks the program outside the cluster to send one. */
export async function fromOutside(stack: Stack, target: Target): Promise<string> {
  const program = stack.outside(['node', programFile, ...wordsOf(target)]);
  const [said] = await Promise.all([text(program.stdout), program.exited]);
  return said.trim();
}

function wordsOf({ protocol, address, port = servedPort }: Target): string[] {
  return ['probe', protocol, address, String(port)];
}
