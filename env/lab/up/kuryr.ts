/**
 * Steps that start Kuryr and what needs a network for pods.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Step } from '../base/steps.ts';
import { waitFor } from '../base/wait.ts';
import { deployClusterDns } from '../cluster/dns.ts';
import { controllerConfig, daemonConfig } from '../kuryr/config.ts';
import { type KuryrIdentity, startCniDaemon, startController } from '../kuryr/processes.ts';
import { accounts, kuryrNamespace, kuryrRbac } from '../kuryr/rbac.ts';
import { type Making, step } from './making.ts';

async function identity(making: Making, account: string, config: string): Promise<KuryrIdentity> {
  return {
    config,
    token: await making.cluster().tokenOf(kuryrNamespace, account),
    authority: await readFile(join(making.layout.pki, 'ca.crt'), 'utf8'),
  };
}

async function startDaemons(making: Making): Promise<string> {
  const { facts } = making;
  const { podMode } = making.options;
  const daemon = await identity(making, accounts.daemon, daemonConfig(podMode));
  const options = { identity: daemon, facts, podMode };
  await Promise.all(
    making.machines.get().workers.map((worker) => startCniDaemon(making.layout, worker, options)),
  );
  return podMode === 'nested' ? `VLAN by ${facts.vlan}` : `datapath ${facts.datapath}`;
}

/** Kuryr, and what needs a network for pods. */
export function kuryrSteps(making: Making): Step[] {
  const { layout } = making;
  return [
    step("Kuryr's resource definitions and rights", ['control plane'], async () => {
      const cluster = making.cluster();
      const crds = join(making.kuryr.get(), 'source/kubernetes_crds');
      for (const file of ['kuryrloadbalancer', 'kuryrnetwork', 'kuryrnetworkpolicy', 'kuryrport']) {
        await cluster.ensureFile(join(crds, 'kuryr_crds', `${file}.yaml`));
      }
      await cluster.ensureFile(join(crds, 'network_attachment_definition_crd.yaml'));
      for (const object of kuryrRbac()) await cluster.ensure(object);
      return undefined;
    }),
    step(
      'Kuryr controller',
      ["Kuryr's resource definitions and rights", 'networks for Kuryr'],
      async () => {
        const config = controllerConfig(
          making.layer.get().secrets,
          making.tenant.get(),
          making.options.podMode,
        );
        await startController(
          layout,
          making.machines.get().cloud,
          await identity(making, accounts.controller, config),
        );
        return undefined;
      },
    ),
    step('Kuryr CNI daemons', ["Kuryr's resource definitions and rights", 'nodes plugged in'], () =>
      startDaemons(making),
    ),
    step('nodes ready', ['kubelets', 'Kuryr CNI daemons'], async () => {
      const cluster = making.cluster();
      await waitFor(
        { until: `${making.options.workers} nodes are Ready`, withinMs: 120_000 },
        async () => {
          const ready = (await cluster.nodes()).filter((node) => node.isReady);
          return ready.length === making.options.workers;
        },
      );
      return undefined;
    }),
    step(
      'cluster DNS',
      ['nodes ready', 'Kuryr controller', 'load balancer of the API', 'images'],
      () => deployClusterDns(making.cluster(), making.machines.get().controlPlane),
    ),
  ];
}
