/**
 * The kinds that are served, found by path and by name. Custom resource definitions come and go.
 */
import { apiVersionOf, type Kind } from './kind.ts';

/** The kinds of one server. */
export class Kinds {
  readonly #byPath = new Map<string, Kind>();
  readonly #byName = new Map<string, Kind>();
  /** Grows with each change, so that documents made of kinds can be kept until then. */
  edition = 0;

  constructor(kinds: readonly Kind[]) {
    for (const kind of kinds) this.add(kind);
  }

  add(kind: Kind): void {
    this.#byPath.set(`${apiVersionOf(kind)}/${kind.plural}`, kind);
    this.#byName.set(`${apiVersionOf(kind)} ${kind.kind}`, kind);
    this.edition += 1;
  }

  remove(kind: Kind): void {
    this.#byPath.delete(`${apiVersionOf(kind)}/${kind.plural}`);
    this.#byName.delete(`${apiVersionOf(kind)} ${kind.kind}`);
    this.edition += 1;
  }

  /** The kind of a path such as "apps/v1/deployments". */
  at(apiVersion: string, plural: string): Kind | undefined {
    return this.#byPath.get(`${apiVersion}/${plural}`);
  }

  /** The kind by the words of an object. */
  named(apiVersion: string, kind: string): Kind | undefined {
    return this.#byName.get(`${apiVersion} ${kind}`);
  }

  all(): Kind[] {
    return [...this.#byPath.values()];
  }

  /** The versions that are served, with their kinds, by apiVersion. */
  versions(): Map<string, Kind[]> {
    const versions = new Map<string, Kind[]>();
    for (const kind of this.all()) {
      const list = versions.get(apiVersionOf(kind)) ?? [];
      list.push(kind);
      versions.set(apiVersionOf(kind), list);
    }
    return versions;
  }

  /** Whether anything of a group is served. */
  hasGroup(group: string): boolean {
    return this.all().some((kind) => kind.group === group);
  }
}
