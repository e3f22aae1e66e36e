/**
 * Bearer tokens: those that the stack was made with, and those of service accounts, which have the form
 * of a JSON Web Token.
 */
import { createHmac } from 'node:crypto';
import type { User } from '../parts.ts';

/** What a token is made for. */
export interface TokenWish {
  readonly namespace: string;
  readonly account: string;
  readonly uid: string;
  readonly audiences?: readonly string[];
  readonly expiresInSeconds?: number;
}

const issuer = 'https://kubernetes.default.svc.cluster.local';

/** The tokens that are taken. */
export class Tokens {
  readonly #users: Map<string, User>;
  readonly #key: string;

  constructor(users: Readonly<Record<string, User>>, key: string) {
    this.#users = new Map(Object.entries(users));
    this.#key = key;
  }

  userOf(token: string): User | undefined {
    return this.#users.get(token);
  }

  /** Makes a token for a service account; the same wish within a second gives the same one. */
  issue({ namespace, account, uid, audiences, expiresInSeconds = 3_600 }: TokenWish): string {
    const now = Math.floor(Date.now() / 1_000);
    const claims = {
      aud: audiences ?? [issuer],
      exp: now + expiresInSeconds,
      iat: now,
      nbf: now,
      iss: issuer,
      'kubernetes.io': { namespace, serviceaccount: { name: account, uid } },
      sub: `system:serviceaccount:${namespace}:${account}`,
    };
    const head = [{ alg: 'HS256', typ: 'JWT' }, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const token = `${head}.${createHmac('sha256', this.#key).update(head).digest('base64url')}`;
    this.#users.set(token, {
      username: claims.sub,
      groups: [
        'system:serviceaccounts',
        `system:serviceaccounts:${namespace}`,
        'system:authenticated',
      ],
    });
    return token;
  }
}
