/**
 * The figures of controller and daemons under the names of Kuryr's exporters.
 */
import type { Quotas } from './readiness.ts';

/** Durations in the form of a Prometheus histogram. */
class Histogram {
  readonly #name: string;
  readonly #bounds: readonly number[];
  readonly #seen: { readonly labels: string; readonly value: number }[] = [];

  constructor(name: string, bounds: readonly number[]) {
    this.#name = name;
    this.#bounds = bounds;
  }

  observe(value: number, labels = ''): void {
    this.#seen.push({ value, labels });
  }

  lines(): string[] {
    const sets = [...new Set(['', ...this.#seen.map(({ labels }) => labels)])];
    return [
      `# TYPE ${this.#name} histogram`,
      ...sets
        .filter((labels) => labels !== '' || this.#seen.every((seen) => seen.labels === ''))
        .flatMap((labels) => this.#linesOf(labels)),
    ];
  }

  #linesOf(labels: string): string[] {
    const values = this.#seen.filter((seen) => seen.labels === labels).map(({ value }) => value);
    const prefix = labels === '' ? '' : `${labels},`;
    const own = labels === '' ? '' : `{${labels}}`;
    const buckets = [...this.#bounds, Infinity].map((bound) => {
      const text = bound === Infinity ? '+Inf' : String(bound);
      const count = values.filter((value) => value <= bound).length;
      return `${this.#name}_bucket{${prefix}le="${text}"} ${count}`;
    });
    const sum = values.reduce((total, value) => total + value, 0);
    return [
      ...buckets,
      `${this.#name}_count${own} ${values.length}`,
      `${this.#name}_sum${own} ${sum}`,
    ];
  }
}

/** The controller's figures. */
export class ControllerFigures {
  readonly podCreation = new Histogram(
    'kuryr_pod_creation_latency',
    [1, 10, 20, 30, 40, 50, 60, 300, 600],
  );
  lbFailures = 0;
  portFailures = 0;

  /** Text of the exporter; a resource without limit shows -1. */
  text(
    quotas: Quotas,
    balancers: readonly { readonly name: string; readonly state: number }[],
  ): string {
    return [
      '# TYPE kuryr_quota_free_count gauge',
      ...Object.entries(quotas).map(
        ([resource, { limit, used }]) =>
          `kuryr_quota_free_count{resource="${resource}"} ${limit < 0 ? -1 : limit - used}`,
      ),
      '# TYPE kuryr_critical_lb_state gauge',
      ...balancers.map(({ name, state }) => `kuryr_critical_lb_state{lb_name="${name}"} ${state}`),
      ...this.podCreation.lines(),
      '# TYPE kuryr_load_balancer_readiness counter',
      `kuryr_load_balancer_readiness_total ${this.lbFailures}`,
      '# TYPE kuryr_port_readiness counter',
      `kuryr_port_readiness_total ${this.portFailures}`,
      '',
    ].join('\n');
  }
}

/** Text of a daemon's exporter. */
export function daemonText(
  figures: readonly {
    readonly command: string;
    readonly isError: boolean;
    readonly seconds: number;
  }[],
): string {
  const durations = new Histogram(
    'kuryr_cni_request_duration_seconds',
    [5, 10, 20, 30, 40, 50, 60],
  );
  for (const { command, isError, seconds } of figures) {
    durations.observe(seconds, `command="${command}",error="${isError ? 'True' : 'False'}"`);
  }
  return [...durations.lines(), ''].join('\n');
}
