/**
 * Runs the text of an ECMAScript module inside of this process with modules of our choice: the imports
 * become look-ups, everything else stays as it is. Compiled once for each text, evaluated once for each
 * process of a container.
 */
import { Script } from 'node:vm';

/** What a module finds around it. */
export interface ModuleHost {
  /** The text of a file of the container. */
  read(path: string): string | undefined;
  /** A module by name, such as node:net. */
  module(name: string): object | undefined;
  /** Global names that the module sees in place of the stack's own. */
  readonly globals: Readonly<Record<string, unknown>>;
}

/** What a module exports. */
export type Exports = Readonly<Record<string, unknown>>;

type Factory = (imports: Exports, meta: object, ...globals: unknown[]) => Promise<Exports>;

interface Compiled {
  readonly specifiers: readonly string[];
  readonly factory: Factory;
}

const compiledTexts = new Map<string, Compiled>();
const mostCompiled = 64;

/** Evaluates a file and everything that it imports. */
export async function runModule(host: ModuleHost, path: string): Promise<Exports> {
  return new Loader(host).load(path);
}

class Loader {
  readonly #host: ModuleHost;
  readonly #loaded = new Map<string, Promise<Exports>>();

  constructor(host: ModuleHost) {
    this.#host = host;
  }

  load(path: string): Promise<Exports> {
    let loaded = this.#loaded.get(path);
    if (loaded === undefined) {
      loaded = this.#evaluate(path);
      this.#loaded.set(path, loaded);
    }
    return loaded;
  }

  async #evaluate(path: string): Promise<Exports> {
    const text = this.#host.read(path);
    if (text === undefined) throw new Error(`Cannot find module '${path}'`);
    const names = Object.keys(this.#host.globals);
    const { specifiers, factory } = compiled(text, path, names);
    const imports: Record<string, unknown> = {};
    for (const specifier of specifiers) imports[specifier] = await this.#import(specifier, path);
    const meta = { url: new URL(path, 'file:///').href };
    return factory(imports, meta, ...Object.values(this.#host.globals));
  }

  async #import(specifier: string, from: string): Promise<unknown> {
    if (/^[./]/.test(specifier)) {
      return this.load(new URL(specifier, `file://${from}`).pathname);
    }
    const found = this.#host.module(specifier);
    if (found === undefined) throw new Error(`Cannot find package '${specifier}'`);
    return { default: found, ...found };
  }
}

function compiled(text: string, path: string, globals: readonly string[]): Compiled {
  const known = compiledTexts.get(text);
  if (known !== undefined) return known;
  const { code, specifiers, names } = withoutModuleSyntax(text);
  const parameters = ['__imports', '__meta', ...globals].join(', ');
  const wrapped =
    `(function (${parameters}) { "use strict"; return (async () => { ${code}\n` +
    `return { ${names.join(', ')} }; })(); })`;
  const factory = new Script(wrapped, { filename: path }).runInThisContext() as Factory;
  if (compiledTexts.size >= mostCompiled) compiledTexts.clear();
  const entry = { specifiers, factory };
  compiledTexts.set(text, entry);
  return entry;
}

/** Replaces import and export statements at the beginning of lines, and keeps the number of lines. */
function withoutModuleSyntax(text: string): {
  readonly code: string;
  readonly specifiers: readonly string[];
  readonly names: readonly string[];
} {
  const specifiers = new Set<string>();
  const names: string[] = [];
  const code = text
    .replace(
      /^import\s+(?:([\w$*{}\s,]+?)\s+from\s+)?(['"])([^'"\n]+)\2;?/gm,
      (whole, ...[clause, , specifier = '']: (string | undefined)[]) => {
        specifiers.add(specifier);
        const lines = '\n'.repeat(whole.split('\n').length - 1);
        return `${bindings(clause ?? '', specifier)}${lines}`;
      },
    )
    .replace(
      /^export\s+((?:async\s+)?function\*?|class|const|let)\s+([\w$]+)/gm,
      (_whole, kind: string, name: string) => {
        names.push(name);
        return `${kind} ${name}`;
      },
    )
    .replaceAll('import.meta', '__meta');
  return { code, specifiers: [...specifiers], names };
}

function bindings(clause: string, specifier: string): string {
  const from = `__imports[${JSON.stringify(specifier)}]`;
  const [, whole] = /\*\s+as\s+([\w$]+)/.exec(clause) ?? [];
  const [, named] = /\{([^}]*)\}/.exec(clause) ?? [];
  const [, standard] = /^([\w$]+)/.exec(clause) ?? [];
  return [
    whole === undefined ? '' : `const ${whole} = ${from};`,
    standard === undefined ? '' : `const ${standard} = ${from}.default;`,
    named === undefined
      ? ''
      : `const {${named.replaceAll(/\s+/g, ' ').replaceAll(' as ', ': ')}} = ${from};`,
  ].join(' ');
}
