/**
 * Turns the body of a request into an object of a kind, without what the kind does not know.
 */
import { apiVersionOf, type Kind } from '../kinds/kind.ts';
import { attributesOf, decode } from '../kinds/models.ts';
import { isRecord, type KubeObject } from '../objects.ts';
import { badRequest, Problems } from '../status.ts';
import type { Draft } from './verbs.ts';

/** An object as it was sent, and what to warn its sender of. */
export interface Received<T> {
  readonly object: T;
  readonly warnings: readonly string[];
}

/** How strictly unknown fields are taken. */
export function strictnessOf(query: URLSearchParams): string {
  const wanted = query.get('fieldValidation') ?? 'Warn';
  if (!['Strict', 'Warn', 'Ignore'].includes(wanted)) {
    throw badRequest(`invalid fieldValidation "${wanted}"`);
  }
  return wanted;
}

/** Reads an object that is to be made. */
export function draftOf(kind: Kind, body: unknown, strictness: string): Received<Draft> {
  if (!isRecord(body))
    throw badRequest(`couldn't get version/kind; json parse error: ${typeof body}`);
  checkWords(kind, body);
  const { metadata } = body;
  if (metadata !== undefined && metadata !== null && !isRecord(metadata)) {
    throw badRequest(`json: cannot unmarshal into Go struct field ${kind.kind}.metadata`);
  }
  const { value, unknown } = shaped(kind, { ...body, metadata: metadata ?? {} });
  const texts = unknown.map((path) => `unknown field "${path}"`);
  if (strictness === 'Strict' && texts.length > 0) {
    throw badRequest(
      `${kind.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}: strict decoding error: ${texts.join(', ')}`,
    );
  }
  return { object: value as Draft, warnings: strictness === 'Warn' ? texts : [] };
}

function shaped(
  kind: Kind,
  body: Record<string, unknown>,
): { value: unknown; unknown: readonly string[] } {
  const words = { apiVersion: apiVersionOf(kind), kind: kind.kind };
  if (kind.model !== undefined) {
    try {
      const { value, unknown } = decode(body, kind.model);
      const spec = attributesOf(kind.model)?.has('spec') === true ? { spec: {} } : {};
      return { value: { ...spec, ...(value as object), ...words }, unknown };
    } catch (error) {
      const text = (error as Error).message;
      throw badRequest(
        `${kind.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}: ${text}`,
      );
    }
  }
  const object = structuredClone({ ...body, ...words }) as unknown as KubeObject;
  const metadata = decode(object.metadata, 'V1ObjectMeta');
  object.metadata = metadata.value as KubeObject['metadata'];
  const problems = new Problems();
  const unknown = kind.strategy.shape?.(object, problems) ?? [];
  const { name, generateName = '' } = object.metadata as Partial<KubeObject['metadata']>;
  problems.refuse(kind, name ?? generateName);
  return {
    value: object,
    unknown: [...unknown, ...metadata.unknown.map((path) => `metadata.${path}`)],
  };
}

function checkWords(kind: Kind, body: Record<string, unknown>): void {
  const expected = apiVersionOf(kind);
  const apiVersion = body['apiVersion'] ?? expected;
  const word = body['kind'] ?? kind.kind;
  if (apiVersion !== expected) {
    throw badRequest(
      `the API version in the data (${JSON.stringify(apiVersion)}) does not match the expected API version (${expected})`,
    );
  }
  if (word !== kind.kind && kind.model !== undefined) {
    const inside = kind.group === '' ? 'core' : (kind.group.split('.')[0] ?? '');
    throw badRequest(
      `${word as string} in version "${kind.version}" cannot be handled as a ${kind.kind}: converting (${kind.version}.${word as string}) to (${inside}.${kind.kind}): unknown conversion`,
    );
  }
  if (word !== kind.kind) {
    throw badRequest(
      `${JSON.stringify(word)} in version "${kind.version}" cannot be handled as a ${kind.kind}: no kind ${JSON.stringify(word)} is registered for this resource`,
    );
  }
}
