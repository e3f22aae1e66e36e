/**
 * Serves reads and writes of resources: the verbs of HTTP on the verbs of the API.
 */
import type { ServerResponse } from 'node:http';
import { apiVersionOf, type Kind } from '../kinds/kind.ts';
import { isRecord, type KubeObject } from '../objects.ts';
import { AppliedBefore } from '../patch/apply.ts';
import { badRequest, invalid, methodNotAllowed, notFound, Problems } from '../status.ts';
import { type Answer, textOf } from './answer.ts';
import { deletionOf } from './deletion.ts';
import { draftOf, type Received, strictnessOf } from './decoding.ts';
import { Pages } from './pages.ts';
import { patchedBy } from './patching.ts';
import { type Asked, isOn, type ResourcePath } from './request.ts';
import { matcherOf, namedBy, remainingOf } from './selection.ts';
import { metadataOf, tableFor, wantsMetadata, wantsTable } from './table.ts';
import type { Api, Draft, Writing } from './verbs.ts';
import { serveWatch, tooLarge } from './watching.ts';

/** A request for a resource. */
export interface Resource {
  readonly kind: Kind;
  readonly path: ResourcePath;
  readonly asked: Asked;
}

interface Update {
  readonly asked: Asked;
  readonly subresource?: 'status' | undefined;
}

/** Serves requests for resources of any kind. */
export class Resources {
  readonly #api: Api;
  readonly #pages = new Pages();
  readonly #applied = new AppliedBefore();

  constructor(api: Api) {
    this.#api = api;
  }

  /** Forgets what lists were like. */
  compact(): void {
    this.#pages.clear();
  }

  /** Answers a request for an object or a collection; undefined when it answers in a stream. */
  serve(resource: Resource, response: ServerResponse): Answer | undefined {
    return resource.path.name === undefined
      ? this.#onCollection(resource, response)
      : this.#onObject(resource, response);
  }

  #onCollection(resource: Resource, response: ServerResponse): Answer | undefined {
    const { asked } = resource;
    switch (asked.method) {
      case 'GET':
        if (!isOn(asked.query, 'watch')) return this.#list(resource);
        this.#watch(resource, response);
        return undefined;
      case 'POST':
        return this.#create(resource);
      case 'DELETE':
        return this.#deleteAll(resource);
      default:
        throw methodNotAllowed();
    }
  }

  #onObject(resource: Resource, response: ServerResponse): Answer | undefined {
    const { asked } = resource;
    switch (asked.method) {
      case 'GET':
        if (!isOn(asked.query, 'watch')) return this.#read(resource);
        this.#watch(resource, response);
        return undefined;
      case 'PUT':
        return this.#replace(resource);
      case 'PATCH':
        return this.#patch(resource);
      case 'DELETE':
        return this.#delete(resource);
      default:
        throw methodNotAllowed();
    }
  }

  #list(resource: Resource): Answer {
    const { kind, path, asked } = resource;
    const { query } = asked;
    const limit = Number(query.get('limit') ?? 0);
    const token = query.get('continue') ?? '';
    const { version } = this.#api.store;
    const wanted = query.get('resourceVersion') ?? '';
    if (Number(wanted) > version) throw tooLarge(wanted, version);
    const matches = matcherOf(kind, query);
    const page =
      token === ''
        ? this.#pages.first(
            this.#api.list(kind, path.namespace).filter(matches),
            String(version),
            limit,
          )
        : this.#pages.next(token, limit);
    const metadata = {
      resourceVersion: page.version,
      ...(page.continue === undefined
        ? {}
        : { continue: page.continue, ...remainingOf(page, query) }),
    };
    const { accept } = asked.headers;
    if (wantsTable(accept)) {
      const options = { includeObject: query.get('includeObject'), metadata };
      return { body: tableFor(kind, page.objects, options) };
    }
    if (wantsMetadata(accept)) {
      const head = { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata };
      return { body: { ...head, items: page.objects.map(metadataOf) } };
    }
    return { body: listText(kind, page.objects, metadata) };
  }

  #watch({ kind, path, asked }: Resource, response: ServerResponse): void {
    const { query, headers } = asked;
    const name = path.name ?? namedBy(query);
    const scope = { namespace: path.namespace, name };
    const matches = matcherOf(kind, query);
    serveWatch(this.#api.store, { kind, scope, matches, query, accept: headers.accept }, response);
  }

  #read({ kind, path, asked }: Resource): Answer {
    return shown(kind, this.#api.get(kind, refOf(path)), asked);
  }

  #create({ kind, path, asked }: Resource): Answer {
    const { object, warnings } = this.#draft(kind, asked);
    const draft = placed(kind, object, path);
    const stored = kind.view === undefined ? draft : kind.view.toStored(draft as KubeObject);
    const made = this.#api.create(kind.view?.of ?? kind, stored, writingOf(asked));
    return { ...shown(kind, made, asked), code: 201, warnings };
  }

  #draft(kind: Kind, { body, query }: Asked): Received<Draft> {
    return draftOf(kind, body, strictnessOf(query));
  }

  #replace({ kind, path, asked }: Resource): Answer {
    const { object, warnings } = this.#draft(kind, asked);
    const next = placed(kind, object, path) as KubeObject;
    if (
      kind.model === undefined &&
      (next.metadata.resourceVersion as string | undefined) === undefined
    ) {
      throw invalid(kind, next.metadata.name, [
        {
          field: 'metadata.resourceVersion',
          reason: 'FieldValueInvalid',
          message: 'Invalid value: 0x0: must be specified for an update',
        },
      ]);
    }
    return { ...this.#update(kind, next, { asked }), warnings };
  }

  #update(kind: Kind, next: KubeObject, { asked, subresource }: Update): Answer {
    const writing = { ...writingOf(asked), ...(subresource === undefined ? {} : { subresource }) };
    const stored = kind.view === undefined ? next : kind.view.toStored(next);
    return shown(kind, this.#api.update(kind.view?.of ?? kind, stored, writing), asked);
  }

  /** Replaces or patches the status alone. */
  onStatus({ kind, path, asked }: Resource): Answer {
    if (!kind.hasStatus) throw notFound(kind, path.name ?? '');
    if (asked.method === 'GET') return this.#read({ kind, path, asked });
    if (asked.method === 'PUT') {
      const { object } = this.#draft(kind, asked);
      const next = placed(kind, object, path) as KubeObject;
      return this.#update(kind, next, { asked, subresource: 'status' });
    }
    return this.#patch({ kind, path, asked }, 'status');
  }

  #patch({ kind, path, asked }: Resource, subresource?: 'status'): Answer {
    const ref = refOf(path);
    const type = (asked.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
    const isApply = type === 'application/apply-patch+yaml';
    const current = this.#api.find(kind, ref);
    if (current === undefined && !isApply) throw notFound(kind, ref.name);
    if (current === undefined) return this.#createApplied({ kind, path, asked });
    const seen = kind.view === undefined ? current : kind.view.fromStored(current);
    const manager = isApply ? managerOf(asked) : '';
    const patched = patchedBy({
      type,
      kind,
      current: seen,
      patch: asked.body,
      manager,
      isForced: isOn(asked.query, 'force'),
      applied: this.#applied,
    });
    const { object, warnings } = draftOf(kind, patched, strictnessOf(asked.query));
    const next = placed(kind, object, path) as KubeObject;
    return { ...this.#update(kind, next, { asked, subresource }), warnings };
  }

  #createApplied({ kind, path, asked }: Resource): Answer {
    if (!isRecord(asked.body)) throw badRequest('error decoding YAML: no object');
    const metadata = isRecord(asked.body['metadata']) ? asked.body['metadata'] : {};
    const manager = managerOf(asked);
    const body = { ...asked.body, metadata: { ...metadata, name: path.name } };
    const answer = this.#create({ kind, path, asked: { ...asked, body } });
    const made = this.#api.find(kind, refOf(path));
    if (made !== undefined) this.#applied.note(asked.body, made.metadata.uid, manager);
    return answer;
  }

  #delete({ kind, path, asked }: Resource): Answer {
    const deletion = deletionOf(asked.body, asked.query);
    const { object, isGone } = this.#api.remove(kind, refOf(path), deletion);
    if (!isGone || returned.has(kind.kind)) return shown(kind, object, asked);
    const { name, uid } = object.metadata;
    const group = kind.group === '' ? {} : { group: kind.group };
    return {
      body: {
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Success',
        details: { name, ...group, kind: kind.plural, uid },
      },
    };
  }

  #deleteAll({ kind, path, asked }: Resource): Answer {
    const deletion = deletionOf(asked.body, asked.query);
    const found = this.#api.list(kind, path.namespace).filter(matcherOf(kind, asked.query));
    for (const { metadata } of found) {
      if (this.#api.find(kind, metadata) !== undefined) this.#api.remove(kind, metadata, deletion);
    }
    const metadata = { resourceVersion: String(this.#api.store.version) };
    return { body: listText(kind, found, metadata) };
  }
}

/** Kinds of which a deletion gives the object back. */
const returned = new Set(['Pod', 'Service', 'ServiceAccount', 'ResourceQuota']);

/** Who applies; without a name nobody may. */
function managerOf({ query }: Asked): string {
  const manager = query.get('fieldManager') ?? '';
  if (manager !== '') return manager;
  const options = { group: 'meta.k8s.io', kind: 'PatchOptions', plural: 'PatchOptions' };
  const problems = new Problems();
  problems.required('fieldManager', 'is required for apply patch');
  throw invalid(options, '', problems.causes);
}

/** The object of a path. */
export function refOf({ namespace, name = '' }: ResourcePath): {
  namespace?: string;
  name: string;
} {
  return { name, ...(namespace === undefined ? {} : { namespace }) };
}

/** How a request writes. */
export function writingOf({ query, user }: Asked): Writing {
  const dryRun = query.getAll('dryRun');
  const wrong = dryRun.find((one) => one !== 'All');
  if (wrong !== undefined) {
    throw badRequest(`dryRun: Unsupported value: "${wrong}": supported values: "All"`);
  }
  return { user, isDryRun: dryRun.length > 0 };
}

/** Sends an object as its reader wants it. */
function shown(kind: Kind, object: KubeObject, { headers, query }: Asked): Answer {
  const { accept } = headers;
  if (wantsTable(accept)) {
    const { resourceVersion } = object.metadata;
    const options = { includeObject: query.get('includeObject'), metadata: { resourceVersion } };
    return { body: tableFor(kind, [object], options) };
  }
  if (wantsMetadata(accept)) return { body: metadataOf(object) };
  return kind.view === undefined
    ? { body: textOf(object) }
    : { body: kind.view.fromStored(object) };
}

/** Puts an object where its path says, and refuses one that says otherwise. */
function placed(kind: Kind, draft: Draft, path: ResourcePath): Draft {
  const { name = path.name ?? '', ...rest } = draft.metadata;
  if (path.name !== undefined && name !== path.name) {
    throw badRequest(
      `the name of the object (${name}) does not match the name on the URL (${path.name})`,
    );
  }
  const metadata = { ...rest, name };
  delete metadata.namespace;
  if (!kind.isNamespaced) return { ...draft, metadata };
  return { ...draft, metadata: { ...metadata, namespace: namespaceFor(rest.namespace, path) } };
}

function namespaceFor(given = '', path: ResourcePath): string {
  const namespace = path.namespace ?? given;
  if (given !== '' && given !== namespace) {
    throw badRequest(
      `the namespace of the provided object does not match the namespace sent on the request`,
    );
  }
  if (namespace === '') throw badRequest('an empty namespace may not be set during creation');
  return namespace;
}

function listText(kind: Kind, objects: readonly KubeObject[], metadata: object): string {
  const { view } = kind;
  const items = objects.map((object) =>
    view === undefined ? textOf(object) : JSON.stringify(view.fromStored(object)),
  );
  const head = `{"kind":"${kind.kind}List","apiVersion":"${apiVersionOf(kind)}"`;
  return `${head},"metadata":${JSON.stringify(metadata)},"items":[${items.join(',')}]}`;
}
