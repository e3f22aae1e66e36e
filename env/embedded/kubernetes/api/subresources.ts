/**
 * The parts of objects with a path of their own that answer at once: scale, binding, eviction, tokens
 * and the finalizers of namespaces.
 */
import type { Kind } from '../kinds/kind.ts';
import {
  isRecord,
  type KubeObject,
  type Namespace,
  type Pod,
  type ServiceAccount,
} from '../objects.ts';
import { mergePatched } from '../patch/json-patch.ts';
import { selectorText } from '../store/selectors.ts';
import { badRequest, conflict, methodNotAllowed, Problems } from '../status.ts';
import type { Answer } from './answer.ts';
import { deletionOf } from './deletion.ts';
import { refOf, type Resource } from './resources.ts';
import type { Tokens } from './tokens.ts';
import type { Api } from './verbs.ts';

const created = (): Answer => ({
  code: 201,
  body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 },
});

/** Answers a request for a part of an object; undefined when it knows no such part. */
export function onPart(api: Api, tokens: Tokens, resource: Resource): Answer | undefined {
  const { kind, path, asked } = resource;
  switch (`${kind.plural}/${path.subresource ?? ''}`) {
    case 'pods/binding':
      return bind(api, resource);
    case 'pods/eviction': {
      const options = isRecord(asked.body) ? asked.body['deleteOptions'] : undefined;
      api.remove(kind, refOf(path), deletionOf(options, asked.query));
      return created();
    }
    case 'serviceaccounts/token':
      return token(api, tokens, resource);
    case 'namespaces/finalize':
      return finalize(api, resource);
    default:
      return path.subresource === 'scale' && kind.scale !== undefined
        ? scale(api, resource)
        : undefined;
  }
}

function bind(api: Api, { kind, path, asked }: Resource): Answer {
  const target = isRecord(asked.body) ? asked.body['target'] : undefined;
  const node = isRecord(target) ? target['name'] : undefined;
  if (typeof node !== 'string') throw badRequest('target.name: Required value');
  assign(api, kind, { ...refOf(path), node });
  return created();
}

/** Gives a pod to a node. */
export function assign(
  api: Api,
  kind: Kind,
  { node, ...ref }: { namespace?: string; name: string; node: string },
): void {
  const pod = api.get(kind, ref) as Pod;
  if ((pod.spec.nodeName ?? '') !== '') {
    throw conflict(
      kind,
      ref.name,
      `pod ${ref.name} is already assigned to node "${pod.spec.nodeName ?? ''}"`,
    );
  }
  api.change<Pod>(kind, ref, (draft) => {
    draft.spec.nodeName = node;
    const scheduled = {
      type: 'PodScheduled',
      status: 'True',
      lastTransitionTime: new Date().toISOString().replace(/\.\d+/, ''),
    };
    const others = (draft.status?.conditions ?? []).filter(({ type }) => type !== 'PodScheduled');
    draft.status = { ...draft.status, conditions: [...others, scheduled] };
  });
}

function token(api: Api, tokens: Tokens, { kind, path, asked }: Resource): Answer {
  if (asked.method !== 'POST') throw methodNotAllowed('only create is supported');
  const account = api.get(kind, refOf(path)) as ServiceAccount;
  const body = isRecord(asked.body) ? asked.body : {};
  const spec = isRecord(body['spec']) ? body['spec'] : {};
  const seconds = Number(spec['expirationSeconds'] ?? 3_600);
  const { audiences } = spec;
  const text = tokens.issue({
    namespace: account.metadata.namespace ?? '',
    account: account.metadata.name,
    uid: account.metadata.uid,
    expiresInSeconds: seconds,
    ...(Array.isArray(audiences) && audiences.length > 0
      ? { audiences: audiences.map(String) }
      : {}),
  });
  const expirationTimestamp = new Date(Date.now() + seconds * 1_000).toISOString();
  return {
    code: 201,
    body: {
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: { name: account.metadata.name, namespace: account.metadata.namespace },
      spec: { ...spec, expirationSeconds: seconds },
      status: { token: text, expirationTimestamp },
    },
  };
}

function finalize(api: Api, { kind, path, asked }: Resource): Answer {
  const body = isRecord(asked.body) ? asked.body : {};
  const spec = isRecord(body['spec']) ? body['spec'] : {};
  const finalizers = Array.isArray(spec['finalizers']) ? spec['finalizers'].map(String) : [];
  const changed = api.change<Namespace>(kind, refOf(path), (draft) => {
    draft.spec = finalizers.length === 0 ? {} : { finalizers };
  });
  return { body: changed ?? {} };
}

interface Scaled extends KubeObject {
  spec: { replicas?: number; selector?: Parameters<typeof selectorText>[0] };
  status?: { replicas?: number };
}

function scaleOf({ metadata, spec, status }: Scaled): Record<string, unknown> {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = metadata;
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: spec.replicas ?? 0 },
    status: { replicas: status?.replicas ?? 0, selector: selectorText(spec.selector) },
  };
}

function scale(api: Api, { kind, path, asked }: Resource): Answer {
  const current = api.get(kind, refOf(path)) as Scaled;
  if (asked.method === 'GET') return { body: scaleOf(current) };
  const wanted = asked.method === 'PATCH' ? mergePatched(scaleOf(current), asked.body) : asked.body;
  const spec = isRecord(wanted) && isRecord(wanted['spec']) ? wanted['spec'] : {};
  const replicas = Number(spec['replicas'] ?? 0);
  const problems = new Problems();
  if (replicas < 0) {
    problems.invalid('spec.replicas', replicas, 'must be greater than or equal to 0');
  }
  problems.refuse(kind, current.metadata.name);
  const changed = api.change<Scaled>(kind, refOf(path), (draft) => {
    draft.spec.replicas = replicas;
  });
  return { body: scaleOf(changed ?? current) };
}
