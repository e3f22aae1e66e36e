#!/usr/bin/env node
/**
 * "npm run test:same": runs the suite twice on the embedded stack, or takes the folders of two runs, and
 * says in what their journals differ. Words after "--" go to both runs.
 */
import { register } from 'tsx/esm/api';

register();
const { compareRuns } = await import('./same-journal.ts');
process.exitCode = await compareRuns(process.argv.slice(2));
