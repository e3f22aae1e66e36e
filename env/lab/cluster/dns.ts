import type { LabCluster } from './objects.ts';
export async function deployClusterDns(_c: LabCluster): Promise<string | undefined> {
  return undefined;
}
