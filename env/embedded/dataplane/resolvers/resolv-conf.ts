/**
 * What a machine knows about names before it asks anybody: resolv.conf and hosts, as resolv.conf(5) says.
 */
import { isIP } from 'node:net';

/** The settings of a stub resolver. */
export interface ResolvConf {
  readonly servers: readonly string[];
  readonly search: readonly string[];
  readonly ndots: number;
  readonly timeoutMs: number;
  readonly attempts: number;
  readonly rotate: boolean;
  /** `use-vc` is among the options. */
  readonly useVc: boolean;
  /** `tcp` or `usevc` is, which Go takes for the same. */
  readonly tcp: boolean;
}

const most = { servers: 3, ndots: 15, seconds: 30, attempts: 5 };

/** Reads resolv.conf; what cannot be understood is passed over, as every resolver does. */
export function parseResolvConf(text: string): ResolvConf {
  const lines = text.split('\n').map((line) =>
    line
      .replace(/[#;].*$/, '')
      .trim()
      .split(/\s+/),
  );
  const of = (...keywords: string[]): string[][] =>
    lines.filter(([keyword = '']) => keywords.includes(keyword)).map((words) => words.slice(1));
  const options = of('options').flat();
  const figure = (name: string, fallback: number, limit: number): number => {
    const value = options.findLast((option) => option.startsWith(`${name}:`))?.split(':')[1];
    return value === undefined ? fallback : Math.min(Number(value) || 0, limit);
  };
  const servers = of('nameserver').map(([address = '']) => address);
  return {
    servers: servers.filter((address) => isIP(address) !== 0).slice(0, most.servers),
    search: of('search', 'domain').at(-1) ?? [],
    ndots: figure('ndots', 1, most.ndots),
    timeoutMs: Math.max(1, figure('timeout', 5, most.seconds)) * 1_000,
    attempts: Math.max(1, figure('attempts', 2, most.attempts)),
    rotate: options.includes('rotate'),
    useVc: options.includes('use-vc'),
    tcp: options.includes('tcp') || options.includes('usevc'),
  };
}

/** The addresses that the file of hosts has for a name. */
export function addressesInHosts(text: string, name: string): string[] {
  const wanted = name.toLowerCase().replace(/\.$/, '');
  return text
    .split('\n')
    .map((line) => line.replace(/#.*$/, '').trim().split(/\s+/))
    .filter(([, ...names]) => names.some((known) => known.toLowerCase() === wanted))
    .map(([address = '']) => address);
}

/**
 * The full names that are tried one after another.
 * @param isSearchedAlways whether a name with enough dots is searched as well, when it alone is not found
 */
export function candidates(
  name: string,
  { search, ndots }: Pick<ResolvConf, 'search' | 'ndots'>,
  isSearchedAlways: boolean,
): string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)];
  const searched = search.map((domain) => `${name}.${domain.replace(/\.$/, '')}`);
  const dots = name.split('.').length - 1;
  if (dots < ndots) return [...searched, name];
  return isSearchedAlways ? [name, ...searched] : [name];
}
