/**
 * Puts @kubernetes/client-node and what it needs into one file, after each installation ("prepare") and
 * whenever the command line finds none.
 */
import { existsSync } from 'node:fs';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const library = fileURLToPath(import.meta.resolve('@kubernetes/client-node'));
const outfile = fileURLToPath(
  new URL('../../node_modules/.cache/kuryr-conformance/kubernetes-client.mjs', import.meta.url),
);
// Some of what it needs is CommonJS and asks for Node's own modules by require.
const banner =
  "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);";

/** Makes the file, if there is none; about a second. */
export async function bundleIfMissing() {
  if (!existsSync(outfile)) await bundle();
}

async function bundle() {
  await build({
    entryPoints: [library],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // Names stay: errors are told apart by them.
    minifyWhitespace: true,
    legalComments: 'none',
    banner: { js: banner },
    logLevel: 'warning',
  });
}

if (argv[1] === fileURLToPath(import.meta.url)) await bundle();
