/**
 * A worker node: containerd, kubelet and the images of the lab in a machine of its own.
 */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { imageNames } from '../../images/build.ts';
import { cgroupHost, makePodsGroup, podsGroup } from '../base/cgroups.ts';
import { logOf, startDaemon } from '../base/daemons.ts';
import { writeInto } from '../base/files.ts';
import { addresses, type Layout } from '../base/layout.ts';
import { enter, type Machine, on } from '../base/machines.ts';
import { attempt, run, succeeds } from '../base/shell.ts';
import { waitFor } from '../base/wait.ts';
import { programsMount } from './control-plane.ts';
import type { LabImage } from './images.ts';
import { pkiMount } from './pki.ts';

/** A worker and its address on the nodes' network. */
export interface Worker {
  readonly machine: Machine;
  readonly address: string;
}

const containerdConfig = `version = 2
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.aufs"]
[plugins."io.containerd.grpc.v1.cri"]
  # Where CAP_SYS_RESOURCE is missing, a pause container's lowered OOM score would make runc fail.
  restrict_oom_score_adj = true
  sandbox_image = "${imageNames.pause}"
  stream_server_address = "127.0.0.1"
  disable_hugetlb_controller = true
  tolerate_missing_hugetlb_controller = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/opt/cni/bin"
    conf_dir = "/etc/cni/net.d"
`;

function kubeletConfig(worker: Worker): string {
  return JSON.stringify({
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    // As on OpenShift: the kubelet must not give up a sandbox before Kuryr does.
    runtimeRequestTimeout: '10m',
    kind: 'KubeletConfiguration',
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: `${pkiMount}/ca.crt` },
    },
    authorization: { mode: 'Webhook' },
    cgroupDriver: 'cgroupfs',
    // The kubelet removes groups of pods that it does not know, so each node has a root of its own.
    cgroupRoot: podsGroup(worker.machine.name),
    clusterDNS: [addresses.dnsService],
    clusterDomain: 'cluster.local',
    resolvConf: '/etc/resolv.conf',
    failSwapOn: false,
    address: worker.address,
    healthzBindAddress: '127.0.0.1',
    imageGCHighThresholdPercent: 100,
    evictionHard: {
      'memory.available': '100Mi',
      'nodefs.available': '1%',
      'nodefs.inodesFree': '1%',
      'imagefs.available': '1%',
    },
    nodeStatusUpdateFrequency: '5s',
    serializeImagePulls: false,
    registryPullQPS: 0,
    eventRecordQPS: 0,
  });
}

/** Kernel settings of the whole host that a kubelet insists on (pkg/kubelet/cm, setupKernelTunables). */
const kernelTunables: Readonly<Record<string, string>> = {
  'vm/overcommit_memory': '1',
  'vm/panic_on_oom': '0',
  'kernel/panic': '10',
  'kernel/panic_on_oops': '1',
  'kernel/keys/root_maxkeys': '1000000',
  'kernel/keys/root_maxbytes': '25000000',
};

/**
 * Host folders that a worker needs on a real file system, and where it sees them. The kubelet's kernel
 * settings are covered by plain files, so that the host's own values stay what they are.
 */
export async function workerBinds(layout: Layout, name: string): Promise<Record<string, string>> {
  const data = join(layout.run, 'workers', name);
  const binds: Record<string, string> = {};
  for (const folder of ['containerd', 'kubelet']) {
    await mkdir(join(data, folder), { recursive: true });
    binds[join(data, folder)] = `/var/lib/${folder}`;
  }
  for (const [setting, value] of Object.entries(kernelTunables)) {
    const file = join(data, setting.replaceAll('/', '.'));
    await writeFile(file, `${value}\n`);
    binds[file] = `/proc/sys/${setting}`;
  }
  return binds;
}

/** Name of the container runtime's process of a worker. */
export function containerdOf({ name }: Machine): string {
  return `containerd-${name}`;
}

/** Starts containerd of a worker and waits until it answers. */
export async function startContainerd(layout: Layout, worker: Worker): Promise<void> {
  const { machine } = worker;
  await writeInto(machine, '/etc/containerd/config.toml', { text: containerdConfig });
  await on(machine, 'mkdir', '-p', '/opt/cni/bin', '/etc/cni/net.d');
  await on(machine, 'cp', '--remove-destination', '/usr/lib/cni/loopback', '/opt/cni/bin/loopback');
  await startDaemon(layout, {
    name: containerdOf(machine),
    machine,
    argv: ['containerd', '--config', '/etc/containerd/config.toml'],
  });
  await waitFor({ until: `containerd of node ${machine.name} answers`, withinMs: 30_000 }, () =>
    succeeds([...enter(machine), 'timeout', '2', 'ctr', 'version']),
  );
}

const loadedFolder = '/var/lib/lab-images';

/** Loads image archives into a worker's containerd, except those that it has already. */
export async function loadImages(worker: Worker, images: readonly LabImage[]): Promise<void> {
  const { machine } = worker;
  const ctr = [...enter(machine), 'timeout', '120', 'ctr', '-n', 'k8s.io', 'images'];
  await on(machine, 'mkdir', '-p', loadedFolder);
  for (const image of images) {
    // The name alone does not tell: an image that was built anew keeps its name.
    const mark = `${loadedFolder}/${image.digest.replace(/^.*:/, '')}`;
    if (await succeeds([...enter(machine), 'test', '-e', mark])) continue;
    // The archive is read on the host and handed over, so that the node sees no file of the host.
    const load = 'archive=$1; shift; exec "$@" < "$archive"';
    await run(['sh', '-c', load, 'load', image.tar, ...ctr, 'import', '-']);
    await on(machine, 'touch', mark);
  }
}

/** Starts the kubelet of a worker. */
export async function startKubelet(layout: Layout, worker: Worker): Promise<void> {
  const { machine } = worker;
  await makePodsGroup(await cgroupHost(), machine.name);
  await writeInto(machine, '/etc/machine-id', {
    text: `${createHash('md5').update(`lab ${machine.name}`).digest('hex')}\n`,
  });
  await writeInto(machine, '/etc/resolv.conf', { text: `nameserver ${addresses.dnsService}\n` });
  await writeInto(machine, '/etc/kubernetes/kubelet.json', { text: kubeletConfig(worker) });
  await startDaemon(layout, {
    name: `kubelet-${machine.name}`,
    machine,
    argv: [
      `${programsMount}/kubelet`,
      '--config=/etc/kubernetes/kubelet.json',
      `--kubeconfig=${pkiMount}/${machine.name}.conf`,
      `--hostname-override=${machine.name}`,
      `--node-ip=${worker.address}`,
      '--oom-score-adj=0',
      '--container-runtime=remote',
      '--container-runtime-endpoint=unix:///run/containerd/containerd.sock',
      '--cert-dir=/var/lib/kubelet/pki',
    ],
  });
  await waitFor(
    {
      until: `the kubelet of node ${machine.name} is healthy`,
      withinMs: 60_000,
      found: async () =>
        (await attempt(['tail', '-n', '5', logOf(layout, `kubelet-${machine.name}`)])) ?? 'no log',
    },
    () => succeeds([...enter(machine), 'curl', '-sf', '-m', '2', 'http://127.0.0.1:10248/healthz']),
  );
}
