/**
 * Puts @kubernetes/client-node and what it needs into one file, after each installation ("prepare") and
 * whenever the command line finds none, or one of another version.
 */
import { closeSync, existsSync, openSync, readFileSync, readSync, renameSync } from 'node:fs';
import { argv, pid } from 'node:process';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const library = fileURLToPath(import.meta.resolve('@kubernetes/client-node'));
const outfile = fileURLToPath(
  new URL('../../node_modules/.cache/kuryr-conformance/kubernetes-client.mjs', import.meta.url),
);
// Some of what it needs is CommonJS and asks for Node's own modules by require.
const requires =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

/** Makes the file, unless it is there and of the version that is installed; about a second. */
export async function bundleIfStale() {
  const mark = markOf(installedVersion());
  if (beginningOfFile(mark.length) !== mark) await bundle(mark);
}

/** @param {string} version */
function markOf(version) {
  return `// @kubernetes/client-node ${version}\n`;
}

function installedVersion() {
  const manifest = '../../node_modules/@kubernetes/client-node/package.json';
  return JSON.parse(readFileSync(new URL(manifest, import.meta.url), 'utf8')).version;
}

/** @param {number} length */
function beginningOfFile(length) {
  if (!existsSync(outfile)) return undefined;
  const bytes = Buffer.alloc(length);
  const descriptor = openSync(outfile, 'r');
  readSync(descriptor, bytes, 0, length, 0);
  closeSync(descriptor);
  return bytes.toString('utf8');
}

/** @param {string} mark */
async function bundle(mark) {
  // Two first starts at once write two files; each takes its place whole.
  const draft = `${outfile}.${pid}`;
  await build({
    entryPoints: [library],
    outfile: draft,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // Names stay: errors are told apart by them.
    minifyWhitespace: true,
    legalComments: 'none',
    banner: { js: `${mark}${requires}` },
    logLevel: 'warning',
  });
  renameSync(draft, outfile);
}

if (argv[1] === fileURLToPath(import.meta.url)) await bundle(markOf(installedVersion()));
