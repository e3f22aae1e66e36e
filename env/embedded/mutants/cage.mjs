/**
 * Starts a cage: its program, as one file.
 */
import { bundleOf } from '../bundle.mjs';

process.setSourceMapsEnabled(true);
const program = await bundleOf(new URL('cage.ts', import.meta.url));
const { main } = await import(program.href);
await main(process.argv[2]);
