/**
 * Fills secrets of service account tokens.
 */
import type { Secret } from '../objects.ts';
import type { Tokens } from '../api/tokens.ts';
import { type Ground, Loop, placeOf } from './loop.ts';

const accountAnnotation = 'kubernetes.io/service-account.name';
const uidAnnotation = 'kubernetes.io/service-account.uid';
const yearSeconds = 365 * 24 * 3_600;

/** Runs the controller of token secrets. */
export function startTokenSecrets(ground: Ground, tokens: Tokens, authority: string): void {
  const { api } = ground;
  const kind = api.kind('v1', 'Secret');
  const accounts = api.kind('v1', 'ServiceAccount');
  new Loop(ground, 'token secrets', (key) => {
    const place = placeOf(key);
    const secret = api.find(kind, place) as Secret | undefined;
    const name = secret?.metadata.annotations?.[accountAnnotation];
    const isWanted = secret?.type === 'kubernetes.io/service-account-token';
    if (!isWanted || name === undefined || secret.data?.['token'] !== undefined) return;
    const account = api.find(accounts, { namespace: place.namespace, name });
    if (account === undefined) return;
    const { uid } = account.metadata;
    const wish = { namespace: place.namespace, account: name, uid, expiresInSeconds: yearSeconds };
    const token = tokens.issue(wish);
    api.change<Secret>(kind, place, (draft) => {
      const texts = { token, namespace: place.namespace, 'ca.crt': authority };
      const data = Object.fromEntries(
        Object.entries(texts).map(([field, text]) => [field, Buffer.from(text).toString('base64')]),
      );
      draft.data = { ...draft.data, ...data };
      draft.metadata.annotations = { ...draft.metadata.annotations, [uidAnnotation]: uid };
    });
  }).follow(kind);
}
