/**
 * The command lines that people use, on an embedded stack: what is not installed here is not run.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from '@playwright/test';
import { hostEnvironment, inheritedEnvironment } from '../config.ts';
import type { HostedStack } from '../stack.ts';
import { hostEmbedded } from './host.ts';

const run = promisify(execFile);

async function isInstalled(program: string, ...words: string[]): Promise<boolean> {
  return run(program, words).then(
    () => true,
    () => false,
  );
}

/** Runs one program against one stack, as its user would with the printed environment. */
function speakerOn(
  { access }: HostedStack,
  program: string,
): (...words: string[]) => Promise<string> {
  const env = {
    ...inheritedEnvironment(),
    PATH: hostEnvironment().path,
    KUBECONFIG: access.kubeconfigPath,
    OS_CLIENT_CONFIG_FILE: access.cloudsYamlPath,
    OS_CLOUD: access.cloudName,
  };
  return async (...words) => {
    const { stdout } = await run(program, words, { env, timeout: 60_000 });
    return stdout;
  };
}

/** What a pod that says hello has said, and what its end is called. */
async function lifeOfPod(kubectl: (...words: string[]) => Promise<string>): Promise<string[]> {
  const image = 'localhost/kuryr-conformance/prober:lab';
  await kubectl(
    ...['run', 'hello', `--image=${image}`, '--image-pull-policy=Never', '--restart=Never'],
    ...['--command', '--', 'echo', 'hello'],
  );
  let phase = '';
  await expect(async () => {
    phase = await kubectl('get', 'pod', 'hello', '-o', 'jsonpath={.status.phase}');
    expect(phase).toBe('Succeeded');
  }).toPass({ timeout: 30_000 });
  const said = await kubectl('logs', 'hello');
  const deleted = await kubectl('delete', 'pod', 'hello');
  // Later releases add the namespace.
  return [said, deleted.trim().replace(/ from .*/, '')];
}

test.describe('a command line on an embedded stack', () => {
  test('that is "openstack" lists and shows networks, ports, load balancers and quotas', async () => {
    test.skip(!(await isInstalled('openstack', '--version')), 'no openstack is installed here');
    test.setTimeout(300_000);
    const stack = await hostEmbedded('embedded');
    const openstack = speakerOn(stack, 'openstack');
    try {
      const listed = async (...words: string[]): Promise<Record<string, unknown>[]> =>
        JSON.parse(await openstack(...words, 'list', '-f', 'json')) as Record<string, unknown>[];

      expect((await listed('network')).map((row) => row['Name'])).toEqual(
        expect.arrayContaining(['public', 'k8s-nodes', 'k8s-service-net']),
      );
      expect((await listed('port')).map((row) => row['Name'])).toEqual(
        expect.arrayContaining(['node-control-plane', 'node-worker-1', 'node-worker-2']),
      );
      expect(await listed('loadbalancer')).toEqual(
        expect.arrayContaining([
          expect.objectContaining({ name: 'default/kubernetes', provisioning_status: 'ACTIVE' }),
        ]),
      );
      expect(await openstack('loadbalancer', 'show', 'default/kubernetes')).toContain('10.79.0.1');
      expect(await openstack('loadbalancer', 'status', 'show', 'default/kubernetes')).toContain(
        'default/kubernetes:443',
      );
      expect(await openstack('quota', 'show', 'k8s')).toMatch(/ports\s+\|\s+1500/);
    } finally {
      await stack[Symbol.asyncDispose]();
    }
  });

  test('that is "kubectl" sees nodes, the cluster DNS and the resources of Kuryr', async () => {
    test.skip(
      !(await isInstalled('kubectl', 'version', '--client')),
      'no kubectl is installed here',
    );
    test.setTimeout(120_000);
    const stack = await hostEmbedded('embedded');
    const kubectl = speakerOn(stack, 'kubectl');
    try {
      await kubectl(
        ...['-n', 'kube-system', 'wait', '--for=condition=Available', '--timeout=30s'],
        'deployment/kube-dns',
      );

      expect(await kubectl('get', 'nodes')).toMatch(/worker-1\s+Ready[^]*worker-2\s+Ready/);
      expect(await kubectl('-n', 'kube-system', 'describe', 'pods')).toContain(
        'KuryrPortUpdatedWithActiveVIFs',
      );
      expect(await kubectl('get', 'kuryrnetworks,kuryrports,kuryrloadbalancers', '-A')).toMatch(
        /kuryrnetwork\.openstack\.org\/kube-system[^]*kuryrloadbalancer\.openstack\.org\/kube-dns/,
      );
      expect(await lifeOfPod(kubectl)).toEqual(['hello\n', 'pod "hello" deleted']);
    } finally {
      await stack[Symbol.asyncDispose]();
    }
  });
});
