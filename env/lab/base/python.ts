/**
 * Two ways in which the Python programs of the lab's cloud run faster than they would; what they do stays the
 * same. With CPython's own thresholds a quarter of the time of a busy Neutron goes into the search for cycles,
 * and two fifths of it into loading related rows by subqueries, which are composed anew each time.
 */
import { writeInto } from './files.ts';
import type { Machine } from './machines.ts';

const folder = '/opt/lab-python';
const neutronFolder = '/opt/lab-python-neutron';

/** Python loads a module of this name by itself before any program. */
const moduleName = 'sitecustomize.py';

const collectSeldom = `import gc

gc.set_threshold(50_000, 20, 20)
`;

/** SQLAlchemy's "selectin" gives the same rows as its "subquery", by a statement that it keeps. */
const loadBySelectIn = `import sys
from importlib.abc import MetaPathFinder
from importlib.util import find_spec


class SelectInForSubquery(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name != "sqlalchemy.orm.strategies":
            return None
        sys.meta_path.remove(self)
        spec = find_spec(name)
        load = spec.loader.exec_module

        def exec_module(module):
            load(module)
            property = module.relationships.RelationshipProperty
            property.strategy_for(lazy="subquery")(module.SelectInLoader)

        spec.loader.exec_module = exec_module
        return spec


sys.meta_path.insert(0, SelectInForSubquery())
`;

/** The environment of a Python program on a machine that was prepared for it. */
export const pythonEnv = { PYTHONPATH: folder } as const;

/** The environment of Neutron. */
export const neutronEnv = { PYTHONPATH: neutronFolder } as const;

/** Prepares a machine for Python programs. */
export async function preparePython(machine: Machine): Promise<void> {
  await writeInto(machine, `${folder}/${moduleName}`, { text: collectSeldom });
  await writeInto(machine, `${neutronFolder}/${moduleName}`, {
    text: `${collectSeldom}\n${loadBySelectIn}`,
  });
}
