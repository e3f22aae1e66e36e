/**
 * Puts a program of the embedded stack and all that it needs into one file. It has about six hundred modules,
 * and a process that loads them one by one takes more than a second of processor time before its first line.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pid, version } from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, version as bundler } from 'esbuild';

const checkout = fileURLToPath(new URL('../../', import.meta.url));
// Checkouts may share their node_modules; what a program reads beside it belongs to one of them.
const owner = createHash('sha256').update(checkout).digest('hex').slice(0, 8);
const shelf = join(checkout, 'node_modules/.cache/kuryr-conformance', `embedded-${owner}`);
// Some of what it needs is CommonJS and asks for Node's own modules by require.
const requires =
  "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);";

/**
 * Gives the address of the file that holds a program, and makes it first when there is none, or when a source
 * of it, or what has made it, is not what it was; about half a second then, and some milliseconds otherwise.
 * @param {URL} entry its first module
 */
export async function bundleOf(entry) {
  const name = basename(fileURLToPath(entry), '.ts');
  const file = join(shelf, `${name}.mjs`);
  if (!isFresh(file)) await make(fileURLToPath(entry), file);
  return pathToFileURL(file);
}

const makers = `esbuild ${bundler}, Node ${version}`;

/** @param {string} file */
function isFresh(file) {
  if (!existsSync(file) || !existsSync(`${file}.sources`)) return false;
  const [maker, ...lines] = readFileSync(`${file}.sources`, 'utf8').split('\n');
  return maker === makers && lines.every((line) => line === stateOf(line.split('\t')[0] ?? ''));
}

/** @param {string} path */
function stateOf(path) {
  const state = statSync(join(checkout, path), { throwIfNoEntry: false });
  return `${path}\t${state?.mtimeMs}\t${state?.size}`;
}

/**
 * @param {string} entry
 * @param {string} file
 */
async function make(entry, file) {
  const { metafile, outputFiles } = await build({
    entryPoints: [entry],
    outfile: file,
    write: false,
    absWorkingDir: checkout,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // Errors are told apart by the names of their classes.
    keepNames: true,
    sourcemap: 'linked',
    sourcesContent: false,
    metafile: true,
    banner: { js: requires },
    plugins: [ownPlaces],
    logLevel: 'warning',
  });
  mkdirSync(shelf, { recursive: true });
  for (const { path, contents } of outputFiles) put(path, contents);
  const sources = Object.keys(metafile.inputs).filter((path) => existsSync(join(checkout, path)));
  // A folder changes with each file that comes or goes; some programs take in all files of a folder.
  const states = [...new Set([...sources, ...sources.map(dirname)])].map(stateOf);
  put(`${file}.sources`, [makers, ...states].join('\n'));
}

/**
 * Two first starts at once write two files; each takes its place whole.
 * @param {string} path
 * @param {string | Uint8Array} contents
 */
function put(path, contents) {
  const draft = `${path}.${pid}`;
  writeFileSync(draft, contents);
  renameSync(draft, path);
}

/** A module that reads a file beside it finds it there still. */
const ownPlaces = {
  name: 'own places',
  /** @param {import('esbuild').PluginBuild} bundling */
  setup(bundling) {
    bundling.onLoad({ filter: /\.ts$/, namespace: 'file' }, ({ path }) => {
      const place = JSON.stringify(pathToFileURL(path).href);
      const contents = readFileSync(path, 'utf8').replaceAll('import.meta.url', place);
      return { contents, loader: 'ts', resolveDir: dirname(path) };
    });
  },
};
