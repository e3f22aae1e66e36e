/**
 * Nothing is made in a namespace that is not there or that is ending.
 */
import type { Admission, Api } from '../api/verbs.ts';
import type { Namespace } from '../objects.ts';
import { ApiError, notFound } from '../status.ts';

/** The rules of namespaces for new objects. */
export function namespaceAdmission(api: Api): Admission {
  const namespaces = api.kind('v1', 'Namespace');
  return {
    mutate({ kind, object, current }) {
      const name = object.metadata.namespace;
      if (!kind.isNamespaced || current !== undefined || name === undefined) return;
      const namespace = api.find(namespaces, { name }) as Namespace | undefined;
      if (namespace === undefined) throw notFound(namespaces, name);
      if (namespace.metadata.deletionTimestamp === undefined) return;
      const resource = kind.group === '' ? kind.plural : `${kind.plural}.${kind.group}`;
      const why = `unable to create new content in namespace ${name} because it is being terminated`;
      throw new ApiError(403, 'Forbidden', {
        message: `${resource} "${object.metadata.name}" is forbidden: ${why}`,
        details: {
          name: object.metadata.name,
          kind: kind.plural,
          causes: [
            {
              reason: 'NamespaceTerminating',
              message: `namespace ${name} is being terminated`,
              field: 'metadata.namespace',
            },
          ],
        },
      });
    },
  };
}
