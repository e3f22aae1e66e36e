#!/usr/bin/env node
/**
 * "npm run bench": starts the benchmarks.
 */
import { register } from 'tsx/esm/api';

register();
const { bench } = await import('./bench.ts');
await bench();
