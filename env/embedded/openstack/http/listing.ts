/**
 * Lists as Neutron and Octavia give them: filters on any attribute, tags, addresses, fields, sorting, pages.
 */
import { ApiFault } from './fault.ts';

/** An object as it is shown. */
export type Shown = Readonly<Record<string, unknown>>;

const reserved = ['fields', 'limit', 'marker', 'page_reverse', 'sort_key', 'sort_dir'];
const tagFilters = ['tags', 'tags-any', 'not-tags', 'not-tags-any'];

/** A row without some of its fields. */
export function without<Row extends object, Key extends keyof Row>(
  row: Row,
  ...keys: readonly Key[]
): Omit<Row, Key> {
  const kept = Object.entries(row).filter(([key]) => !(keys as readonly string[]).includes(key));
  return Object.fromEntries(kept) as Omit<Row, Key>;
}

/** What a list is made of. */
export interface Listing {
  readonly key: string;
  readonly rows: readonly Shown[];
  readonly query: URLSearchParams;
  /** The address of the collection, for links. */
  readonly address: string;
  /** Neutron's first page links back too, Octavia's does not. */
  readonly isLinkedBack?: boolean;
}

/** Answers the list in the form {"ports": [...], "ports_links": [...]}. */
export function listBody(listing: Listing): Shown {
  const { key, rows, query } = listing;
  const matching = sorted(rows.filter(filterOf(query)), query);
  const limit = Number(query.get('limit') ?? 0);
  const isReverse = query.get('page_reverse')?.toLowerCase() === 'true';
  if (!Number.isInteger(limit) || limit < 0) {
    throw new ApiFault(
      400,
      `Invalid input for limit: '${query.get('limit') ?? ''}' is not a non-negative integer`,
      { type: 'HTTPBadRequest' },
    );
  }
  if (limit === 0) return { [key]: matching.map((row) => withFields(row, query)) };
  const page = pageOf(matching, { limit, marker: query.get('marker'), isReverse });
  const links = page.length === 0 ? [] : linksOf(page, { limit, isReverse }, listing);
  return {
    [key]: page.map((row) => withFields(row, query)),
    ...(links.length === 0 ? {} : { [`${key}_links`]: links }),
  };
}

/** Keeps only the asked fields. */
export function withFields(row: Shown, query: URLSearchParams): Shown {
  const fields = query.getAll('fields').filter((field) => field !== '');
  if (fields.length === 0) return row;
  return Object.fromEntries(Object.entries(row).filter(([key]) => fields.includes(key)));
}

/** Tells which rows a query wants; a filter that a row does not know lets it through. */
export function filterOf(query: URLSearchParams): (row: object) => boolean {
  const filters = [...new Set(query.keys())]
    .filter((key) => !reserved.includes(key))
    .map((key) => [key, query.getAll(key)] as const);
  return (row) =>
    filters.every(([key, wanted]) =>
      tagFilters.includes(key)
        ? hasTags(row as Shown, key, wanted)
        : matches(row as Shown, key, wanted),
    );
}

/** The filters of a query that do not concern tags. */
export function filterNames(query: URLSearchParams): string[] {
  return [...new Set(query.keys())].filter((key) => ![...reserved, ...tagFilters].includes(key));
}

function hasTags(row: Shown, kind: string, wanted: readonly string[]): boolean {
  const own = (row['tags'] ?? []) as readonly string[];
  const asked = wanted.flatMap((value) => value.split(','));
  switch (kind) {
    case 'tags':
      return asked.every((tag) => own.includes(tag));
    case 'tags-any':
      return asked.some((tag) => own.includes(tag));
    case 'not-tags':
      return !asked.every((tag) => own.includes(tag));
    default:
      return !asked.some((tag) => own.includes(tag));
  }
}

function matches(row: Shown, key: string, wanted: readonly string[]): boolean {
  if (key === 'fixed_ips') return hasAddress(row, wanted);
  if (key === 'changed_since') return String(row['updated_at']) >= (wanted[0] ?? '');
  // A filter that the object does not know is ignored, as before filter validation.
  if (!(key in row)) return true;
  const value = row[key];
  if (typeof value === 'boolean') {
    return wanted.some((item) => ['true', '1'].includes(item.toLowerCase()) === value);
  }
  const own = Array.isArray(value) ? value.map(plain) : [plain(value)];
  return wanted.some((item) => own.includes(item) || (own[0] === '' && item === 'None'));
}

/** A value as a query would write it. */
function plain(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function hasAddress(row: Shown, wanted: readonly string[]): boolean {
  const own = (row['fixed_ips'] ?? []) as readonly Record<string, string>[];
  const terms = wanted.flatMap((term) => {
    const at = term.indexOf('=');
    return at < 0 ? [] : [[term.slice(0, at), term.slice(at + 1)] as const];
  });
  const keys = [...new Set(terms.map(([key]) => key))];
  return own.some((fixedIp) =>
    keys.every((key) =>
      terms.some(([name, value]) => name === key && isAddress(fixedIp, key, value)),
    ),
  );
}

function isAddress(fixedIp: Record<string, string>, key: string, value: string): boolean {
  return key === 'ip_address_substr'
    ? (fixedIp['ip_address'] ?? '').includes(value)
    : fixedIp[key] === value;
}

function sorted(rows: readonly Shown[], query: URLSearchParams): readonly Shown[] {
  const keys = query.getAll('sort_key');
  const directions = query.getAll('sort_dir');
  if (keys.length === 0) return rows;
  return rows.toSorted((a, b) => {
    for (const [index, key] of keys.entries()) {
      const order = compared(a[key], b[key]) * (directions[index] === 'desc' ? -1 : 1);
      if (order !== 0) return order;
    }
    return 0;
  });
}

/** Compares two values of one attribute for sorting. */
export function compared(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return plain(a).localeCompare(plain(b), 'en');
}

interface Page {
  readonly limit: number;
  readonly marker: string | null;
  readonly isReverse: boolean;
}

function pageOf(rows: readonly Shown[], { limit, marker, isReverse }: Page): readonly Shown[] {
  const at = marker === null ? -1 : rows.findIndex((row) => row['id'] === marker);
  if (isReverse) {
    const end = at < 0 ? rows.length : at;
    return rows.slice(Math.max(0, end - limit), end);
  }
  return rows.slice(at + 1, at + 1 + limit);
}

function linksOf(
  page: readonly Shown[],
  { limit, isReverse: isBackwards }: Pick<Page, 'limit' | 'isReverse'>,
  { query, address, isLinkedBack = false }: Listing,
): object[] {
  const isShort = page.length < limit;
  const link = (rel: string, marker: unknown, isReverse: boolean): object => {
    const own = new URLSearchParams(query);
    own.delete('page_reverse');
    own.set('marker', String(marker));
    if (isReverse) own.set('page_reverse', 'True');
    return { href: `${address}?${own.toString()}`, rel };
  };
  const isFollowed = !isShort || (isLinkedBack && isBackwards);
  const isPreceded = isLinkedBack ? !(isShort && isBackwards) : query.has('marker');
  const next = isFollowed ? [link('next', page.at(-1)?.['id'], false)] : [];
  return isPreceded ? [...next, link('previous', page[0]?.['id'], true)] : next;
}
