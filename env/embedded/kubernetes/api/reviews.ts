/**
 * Reviews of who may do what. Everybody who is known may do everything: rights are kept, not enforced.
 */
import { isRecord } from '../objects.ts';
import type { Answer } from './answer.ts';
import type { Asked } from './request.ts';
import type { Tokens } from './tokens.ts';

const rule = { verbs: ['*'], apiGroups: ['*'], resources: ['*'] };

/** Answers a review; undefined when the resource is none. */
export function review(plural: string, asked: Asked, tokens: Tokens): Answer | undefined {
  const body = isRecord(asked.body) ? asked.body : {};
  const answer = (status: object): Answer => ({ code: 201, body: { ...body, status } });
  switch (plural) {
    case 'selfsubjectaccessreviews':
    case 'subjectaccessreviews':
    case 'localsubjectaccessreviews':
      return answer({ allowed: true });
    case 'selfsubjectrulesreviews':
      return answer({
        resourceRules: [rule],
        nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
        incomplete: false,
      });
    case 'selfsubjectreviews':
      return answer({ userInfo: asked.user });
    case 'tokenreviews': {
      const spec = isRecord(body['spec']) ? body['spec'] : {};
      const user = tokens.userOf(String(spec['token'] ?? ''));
      return answer(user === undefined ? { authenticated: false } : { authenticated: true, user });
    }
    default:
      return undefined;
  }
}
