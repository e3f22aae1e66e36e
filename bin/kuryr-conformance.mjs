#!/usr/bin/env node
/**
 * Starts the command line: teaches Node 20 to load TypeScript, then hands over.
 */
import { register } from 'tsx/esm/api';
import { bundleIfStale } from '../env/kubernetes-client/bundle.mjs';

await bundleIfStale();
register();
const { main } = await import('./kuryr-conformance.ts');
process.exitCode = await main(process.argv.slice(2));
