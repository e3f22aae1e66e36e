/**
 * Starts the process of an embedded stack: its program, as one file.
 */
import { bundleOf } from './bundle.mjs';

// Lines of sources are known to what is loaded meanwhile; trace.ts asks for them.
process.setSourceMapsEnabled(true);
const program = await bundleOf(new URL('process.ts', import.meta.url));
const { main } = await import(program.href);
process.setSourceMapsEnabled(false);
await main(process.argv.slice(2));
