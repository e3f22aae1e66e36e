/**
 * How the Python programs of the lab's cloud collect garbage. With CPython's own thresholds a quarter of the
 * time of a busy Neutron goes into the search for cycles; nothing else about them is changed.
 */
import { writeInto } from './files.ts';
import type { Machine } from './machines.ts';

const folder = '/opt/lab-python';

/** Python loads this module by itself before any program. */
const module = `import gc

gc.set_threshold(50_000, 20, 20)
`;

/** The environment of a Python program on a machine that was prepared for it. */
export const pythonEnv = { PYTHONPATH: folder } as const;

/** Prepares a machine for Python programs. */
export async function preparePython(machine: Machine): Promise<void> {
  await writeInto(machine, `${folder}/sitecustomize.py`, { text: module });
}
