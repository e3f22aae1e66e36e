/**
 * Starts the process of an embedded stack: its program, as one file.
 */
import { bundleOf } from './bundle.mjs';

process.setSourceMapsEnabled(true);
const program = await bundleOf(new URL('process.ts', import.meta.url));
const { main } = await import(program.href);
await main(process.argv.slice(2));
