/**
 * A data plane, a CNI plugin and a world for tests of the simulated Kubernetes alone. Its processes know
 * a handful of commands.
 */
import { PassThrough } from 'node:stream';
import {
  type Cni,
  type CniRequest,
  type ContainerSpec,
  type DataPlane,
  type Netns,
  type Nic,
  type RunningProcess,
  RuntimeRefusal,
} from '../../seams.ts';
import { type Axes, World } from '../../world.ts';

const axes: Axes = {
  series: '2024.1',
  kuryr: '10.0',
  octavia: 'ovn',
  ml2: 'ovn',
  firewall: 'ovn',
  podMode: 'nested-vlan',
  cluster: { kind: 'kind' },
  workers: 2,
};

/** A world for one test, and what ends it. */
export function testWorld(seed = 'test'): { readonly world: World; readonly end: () => void } {
  const closing = new AbortController();
  const world = new World(axes, { seed, closing: closing.signal });
  return {
    world,
    end: () => {
      closing.abort();
    },
  };
}

class FakeNetns implements Netns {
  readonly name: string;
  readonly node: string;
  readonly nics: Nic[] = [];
  isDestroyed = false;

  constructor(name: string, node: string) {
    this.name = name;
    this.node = node;
  }

  addNic(nic: Nic): void {
    this.nics.push(nic);
  }

  removeNic(name: string): void {
    this.nics.splice(0, this.nics.length, ...this.nics.filter((nic) => nic.name !== name));
  }

  destroy(): void {
    this.isDestroyed = true;
  }
}

/** A process that does what its command says: sleep, cat, echo TEXT, exit CODE, env, files. */
class FakeProcess implements RunningProcess {
  readonly stdin = new PassThrough();
  readonly stdout = new PassThrough();
  readonly stderr = new PassThrough();
  readonly exited: Promise<number>;
  readonly #spec: ContainerSpec;
  #end: (code: number) => void = () => undefined;

  constructor(spec: ContainerSpec) {
    this.#spec = spec;
    this.exited = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.#run(spec.command);
  }

  kill(): void {
    this.#finish(143);
  }

  exec(command: readonly string[]): RunningProcess {
    return new FakeProcess({ ...this.#spec, command });
  }

  #run([word = '', ...rest]: readonly string[]): void {
    switch (word) {
      case 'cat':
        this.stdin.pipe(this.stdout, { end: false });
        this.stdin.once('end', () => {
          this.#finish(0);
        });
        return;
      case 'echo':
        this.#say(`${rest.join(' ')}\n`);
        return;
      case 'resolv':
        this.#say(this.#spec.resolvConf);
        return;
      case 'env':
        this.#say(JSON.stringify(this.#spec.env));
        return;
      case 'files':
        this.#say(JSON.stringify(this.#spec.files));
        return;
      case 'exit':
        this.stderr.write('going away\n');
        setImmediate(() => {
          this.#finish(Number(rest[0] ?? 0));
        });
        return;
      default:
        this.stdout.write(`started ${this.#spec.hostname}\n`);
    }
  }

  #say(text: string): void {
    this.stdout.write(text);
    setImmediate(() => {
      this.#finish(0);
    });
  }

  #finish(code: number): void {
    this.stdout.end();
    this.stderr.end();
    this.#end(code);
  }
}

/** A data plane in which everything that is asked for is there, unless a test says otherwise. */
export class FakeDataPlane implements DataPlane {
  readonly #netns = new Map<string, FakeNetns>();
  /** Addresses at which nobody answers. */
  readonly silent = new Set<string>();

  createNetns(name: string, node: string): Netns {
    const netns = new FakeNetns(name, node);
    this.#netns.set(name, netns);
    return netns;
  }

  netns(name: string): Netns | undefined {
    return this.#netns.get(name);
  }

  get living(): string[] {
    return [...this.#netns.values()].filter((one) => !one.isDestroyed).map(({ name }) => name);
  }

  start(spec: ContainerSpec): RunningProcess {
    if (spec.image.startsWith('missing')) {
      const text = `Container image "${spec.image}" is not present with pull policy of Never`;
      throw new RuntimeRefusal('ErrImageNeverPull', text);
    }
    return new FakeProcess(spec);
  }

  canConnect(_from: Netns, address: string): Promise<boolean> {
    return Promise.resolve(!this.silent.has(address));
  }

  httpStatus(_from: Netns, url: string): Promise<number | undefined> {
    return Promise.resolve(this.silent.has(new URL(url).hostname) ? undefined : 200);
  }
}

/** A plugin that gives out addresses one after another, and keeps what it was asked. */
export class FakeCni implements Cni {
  readonly added: CniRequest[] = [];
  readonly deleted: CniRequest[] = [];
  /** Set to make the next calls fail. */
  failure: string | undefined;

  add(request: CniRequest): Promise<{ readonly ips: readonly string[] }> {
    if (this.failure !== undefined) return Promise.reject(new Error(this.failure));
    this.added.push(request);
    return Promise.resolve({ ips: [`10.20.0.${this.added.length}`] });
  }

  del(request: CniRequest): Promise<void> {
    this.deleted.push(request);
    return Promise.resolve();
  }
}
