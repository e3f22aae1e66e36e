/**
 * Starts the process of an embedded stack: teaches Node 20 to load TypeScript, then hands over.
 */
import { register } from 'tsx/esm/api';

register();
const { main } = await import('./process.ts');
await main(process.argv.slice(2));
