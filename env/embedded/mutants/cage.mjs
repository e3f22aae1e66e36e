/**
 * Starts a cage: teaches Node 20 to load TypeScript, then hands over.
 */
import { register } from 'tsx/esm/api';

register();
const { main } = await import('./cage.ts');
await main(process.argv[2]);
