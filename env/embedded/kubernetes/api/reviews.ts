/**
 * Reviews of who may do what. Everybody who is known may do everything: rights are kept, not enforced.
 */
import { isRecord } from '../objects.ts';
import type { Answer } from './answer.ts';
import type { Asked } from './request.ts';
import type { Tokens } from './tokens.ts';

const rule = { verbs: ['*'], apiGroups: ['*'], resources: ['*'] };

const reviewKinds = new Map(
  ['SelfSubjectAccessReview', 'SubjectAccessReview', 'LocalSubjectAccessReview']
    .concat(['SelfSubjectRulesReview', 'SelfSubjectReview', 'TokenReview'])
    .map((kind) => [`${kind.toLowerCase()}s`, kind]),
);

/** Answers a review; undefined when the resource is none. */
export function review(plural: string, asked: Asked, tokens: Tokens): Answer | undefined {
  const body = isRecord(asked.body) ? asked.body : {};
  const [, , apiGroup = '', version = ''] = asked.path.split('/');
  const kind = reviewKinds.get(plural);
  const words = { apiVersion: `${apiGroup}/${version}`, kind, metadata: {} };
  const answer = (status: object): Answer => ({ code: 201, body: { ...body, ...words, status } });
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
    case 'tokenreviews':
      return answer(authentication(body['spec'], tokens));
    default:
      return undefined;
  }
}

function authentication(spec: unknown, tokens: Tokens): object {
  const token = isRecord(spec) ? spec['token'] : undefined;
  const user = typeof token === 'string' ? tokens.userOf(token) : undefined;
  return user === undefined ? { authenticated: false } : { authenticated: true, user };
}
