/**
 * The kinds with little behaviour of their own: configuration, accounts, nodes, namespaces, events, rights.
 */
import type {
  ConfigMap,
  CustomResourceDefinition,
  Event,
  KubeObject,
  Lease,
  Namespace,
  Node,
  Secret,
  ServiceAccount,
} from '../objects.ts';
import type { Problems } from '../status.ts';
import { ageColumn, ageOf, column, nameColumn, wideColumn } from './columns.ts';
import type { Strategy } from './kind.ts';

const largest = 1_048_576;

function checkImmutable(object: KubeObject, before: KubeObject, problems: Problems): void {
  const [next, old] = [object as ConfigMap, before as ConfigMap];
  const isSame = JSON.stringify(next.data) === JSON.stringify(old.data);
  if (old.immutable === true && !isSame) {
    problems.forbidden('data', 'field is immutable when `immutable` is set');
  }
}

function checkKeys(data: object | undefined, problems: Problems): void {
  for (const key of Object.keys(data ?? {})) {
    if (!/^[-._a-zA-Z0-9]+$/.test(key)) {
      const text =
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
      problems.invalid(`data[${key}]`, key, text);
    }
  }
  const size = Object.values(data ?? {}).reduce((sum: number, one) => sum + String(one).length, 0);
  if (size > largest) {
    problems.causes.push({
      field: 'data',
      reason: 'FieldValueTooLong',
      message: `Too long: must have at most ${largest} bytes`,
    });
  }
}

const dataCount = (object: ConfigMap): number =>
  Object.keys(object.data ?? {}).length + Object.keys(object.binaryData ?? {}).length;

export const configMapStrategy: Strategy = {
  validate: (object, problems) => {
    checkKeys((object as ConfigMap).data, problems);
  },
  validateUpdate: checkImmutable,
  columns: [nameColumn, column('Data', dataCount), ageColumn],
};

export const secretStrategy: Strategy = {
  defaults: (object) => {
    const secret = object as Secret;
    secret.type ??= 'Opaque';
    for (const [key, text] of Object.entries(secret.stringData ?? {})) {
      secret.data = { ...secret.data, [key]: Buffer.from(text).toString('base64') };
    }
    delete secret.stringData;
  },
  validate: (object, problems) => {
    checkKeys((object as Secret).data, problems);
  },
  validateUpdate: (object, before, problems) => {
    checkImmutable(object, before, problems);
    const [next, old] = [object as Secret, before as Secret];
    if (next.type !== old.type) problems.invalid('type', next.type, 'field is immutable');
  },
  fields: (object) => ({ type: (object as Secret).type ?? '' }),
  columns: [
    nameColumn,
    column('Type', ({ type }: Secret) => type),
    column('Data', ({ data }: Secret) => Object.keys(data ?? {}).length),
    ageColumn,
  ],
};

export const serviceAccountStrategy: Strategy = {
  columns: [
    nameColumn,
    column('Secrets', ({ secrets }: ServiceAccount) => secrets?.length ?? 0),
    ageColumn,
  ],
};

export const namespaceStrategy: Strategy = {
  names: 'label',
  defaults: (object) => {
    const { name } = object.metadata;
    object.metadata.labels = { ...object.metadata.labels, 'kubernetes.io/metadata.name': name };
  },
  prepareCreate: (object) => {
    const namespace = object as Namespace;
    namespace.spec = { finalizers: ['kubernetes'] };
    namespace.status = { phase: 'Active' };
  },
  prepareUpdate: (object, before) => {
    // Only the finalize subresource changes them.
    (object as Namespace).spec = structuredClone((before as Namespace).spec);
  },
  fields: (object) => ({ 'status.phase': (object as Namespace).status?.phase ?? '' }),
  columns: [nameColumn, column('Status', ({ status }: Namespace) => status?.phase), ageColumn],
};

function nodeStatus({ spec, status }: Node): string {
  const ready = (status?.conditions ?? []).find(({ type }) => type === 'Ready');
  const word = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady';
  return spec.unschedulable === true ? `${word},SchedulingDisabled` : word;
}

function rolesOf({ metadata }: Node): string | undefined {
  const prefix = 'node-role.kubernetes.io/';
  const roles = Object.keys(metadata.labels ?? {})
    .filter((key) => key.startsWith(prefix))
    .map((key) => key.slice(prefix.length));
  return roles.length === 0 ? undefined : roles.join(',');
}

export const nodeStrategy: Strategy = {
  fields: (object) => ({
    'spec.unschedulable': String((object as Node).spec.unschedulable ?? false),
  }),
  columns: [
    nameColumn,
    column('Status', nodeStatus),
    column('Roles', rolesOf),
    ageColumn,
    column('Version', ({ status }: Node) => status?.nodeInfo?.kubeletVersion),
    wideColumn('Internal-IP', ({ status }: Node) => addressOf(status, 'InternalIP')),
    wideColumn('External-IP', ({ status }: Node) => addressOf(status, 'ExternalIP')),
    wideColumn('OS-Image', ({ status }: Node) => status?.nodeInfo?.osImage),
    wideColumn('Kernel-Version', ({ status }: Node) => status?.nodeInfo?.kernelVersion),
    wideColumn(
      'Container-Runtime',
      ({ status }: Node) => status?.nodeInfo?.containerRuntimeVersion,
    ),
  ],
};

function addressOf(status: Node['status'], type: string): string | undefined {
  return status?.addresses?.find((each) => each.type === type)?.address;
}

export const eventStrategy: Strategy = {
  names: 'path',
  fields: (object) => {
    const { involvedObject, reason, type, source, reportingComponent } = object as Event;
    const about = Object.entries(involvedObject).map(([key, value]): [string, string] => [
      `involvedObject.${key}`,
      value,
    ]);
    const none = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'];
    return {
      ...Object.fromEntries(none.map((key) => [`involvedObject.${key}`, ''])),
      ...Object.fromEntries(about),
      reason: reason ?? '',
      type: type ?? '',
      reportingComponent: reportingComponent ?? '',
      source: source?.component ?? reportingComponent ?? '',
    };
  },
  columns: [
    column('Last Seen', ({ lastTimestamp, eventTime, metadata }: Event) =>
      ageOf(lastTimestamp ?? eventTime ?? metadata.creationTimestamp),
    ),
    column('Type', ({ type }: Event) => type),
    column('Reason', ({ reason }: Event) => reason),
    column(
      'Object',
      ({ involvedObject: { kind = '', name = '' } }) => `${kind.toLowerCase()}/${name}`,
    ),
    wideColumn('Subobject', ({ involvedObject }: Event) => involvedObject.fieldPath),
    wideColumn('Source', ({ source, reportingComponent }: Event) =>
      [source?.component ?? reportingComponent, source?.host].filter(Boolean).join(', '),
    ),
    column('Message', ({ message }: Event) => message?.trim()),
    wideColumn('First Seen', ({ firstTimestamp, metadata }: Event) =>
      ageOf(firstTimestamp ?? metadata.creationTimestamp),
    ),
    wideColumn('Count', ({ count }: Event) => count ?? 1),
    wideColumn('Name', ({ metadata }: Event) => metadata.name),
  ],
};

export const leaseStrategy: Strategy = {
  columns: [nameColumn, column('Holder', ({ spec }: Lease) => spec.holderIdentity), ageColumn],
};

/** Rights, whose names may hold colons. */
export const rightsStrategy: Strategy = {
  names: 'path',
  columns: [
    nameColumn,
    column('Created At', ({ metadata }: KubeObject) => metadata.creationTimestamp, {
      type: 'date',
    }),
  ],
};

export const plainStrategy: Strategy = { columns: [nameColumn, ageColumn] };

export const definitionStrategy: Strategy = {
  defaults: (object) => {
    const { spec } = object as CustomResourceDefinition;
    const { names } = spec;
    names.singular ??= names.kind.toLowerCase();
    names.listKind ??= `${names.kind}List`;
    spec.conversion ??= { strategy: 'None' };
  },
  prepareCreate: (object) => {
    (object as CustomResourceDefinition).status = { conditions: [], storedVersions: [] };
  },
  validate: (object, problems) => {
    const { metadata, spec } = object as CustomResourceDefinition;
    const name = `${spec.names.plural}.${spec.group}`;
    if (metadata.name !== name) {
      problems.invalid('metadata.name', metadata.name, 'must be spec.names.plural+"."+spec.group');
    }
    if (!['Namespaced', 'Cluster'].includes(spec.scope)) {
      problems.unsupported('spec.scope', spec.scope, ['Cluster', 'Namespaced']);
    }
    if (spec.versions.filter(({ storage }) => storage).length !== 1) {
      problems.invalid(
        'spec.versions',
        spec.versions,
        'must have exactly one version marked as storage version',
      );
    }
    for (const [index, version] of spec.versions.entries()) {
      if (version.schema?.openAPIV3Schema === undefined) {
        const text = 'schemas are required';
        problems.required(`spec.versions[${index}].schema.openAPIV3Schema`, text);
      }
    }
  },
  columns: [
    nameColumn,
    column('Created At', ({ metadata }: KubeObject) => metadata.creationTimestamp, {
      type: 'date',
    }),
  ],
};
