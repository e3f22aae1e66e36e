/**
 * The whole script of a recording: fixed chapters on one stack, marked as a run of their own, and swept
 * away afterwards however they end.
 */
import { KubernetesAccess } from '../access/kubernetes.ts';
import { OpenStackSession } from '../access/openstack.ts';
import { StackError } from '../errors.ts';
import type { Stack } from '../stack.ts';
import { sweep } from '../sweep.ts';
import { keystone } from './chapters/keystone.ts';
import { kubernetes } from './chapters/kubernetes.ts';
import { kuryr } from './chapters/kuryr.ts';
import { neutron } from './chapters/neutron.ts';
import { octavia } from './chapters/octavia.ts';
import type { Scene } from './chapters/scene.ts';
import { wiring } from './chapters/wiring.ts';
import type { Chapter } from './trace.ts';

type Write = (scene: Scene) => Promise<Chapter>;

// Kuryr mostly waits: the chapters about the cloud are written meanwhile.
const strands: readonly (readonly Write[])[] = [
  [kubernetes, kuryr],
  [keystone, neutron, wiring, octavia],
];

/** How a script is run. */
export interface ScriptOptions {
  readonly runId: string;
  readonly say?: (line: string) => void;
}

/** Runs all chapters on a stack and gives what they have seen. */
export async function runScript(stack: Stack, options: ScriptOptions): Promise<Chapter[]> {
  const { runId, say = (): void => undefined } = options;
  const { kubeconfigPath, cloudsYamlPath, cloudName } = stack.access;
  using access = await KubernetesAccess.open(kubeconfigPath);
  const cloud = await OpenStackSession.open({ cloudsYamlPath, cloudName });
  const { profile } = stack;
  const scene: Scene = { apis: { cloud, kubernetes: access }, stack, profile, runId };
  const follow = async (strand: readonly Write[]): Promise<Chapter[]> => {
    const chapters: Chapter[] = [];
    for (const write of strand) {
      const started = performance.now();
      chapters.push(await write(scene));
      say(`${write.name}: ${Math.round((performance.now() - started) / 1_000)} s`);
    }
    return chapters;
  };
  const outcomes = await Promise.allSettled(strands.map(follow));
  const { failed } = await sweep(stack.access, { runId, progress: say });
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  for (const { leftover, reason } of failed) {
    throw new StackError(
      'PARITY_LEFTOVER',
      `Clearing up after the recording: ${leftover.kind} "${leftover.name}" stays (${reason}). Run "npm run lab -- sweep".`,
    );
  }
  return outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : []));
}
