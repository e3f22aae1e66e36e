/**
 * Reads a kubeconfig so that what is wrong with it is said in one message, and keeps TLS connections
 * open between requests, which the client library by itself does not.
 */
import { readFile } from 'node:fs/promises';
import { Agent as HttpsAgent } from 'node:https';
import { dirname } from 'node:path';
import { KubeConfig, type RequestContext } from '#kubernetes-client';
import { parse } from 'yaml';
import { z } from 'zod';
import { ProfileError } from '../errors.ts';
import { remember } from '../redaction.ts';

const named = z.looseObject({ name: z.string() });

const userForm = named.extend({
  user: z
    .looseObject({
      token: z.string().optional(),
      password: z.string().optional(),
      'client-key-data': z.string().optional(),
    })
    .nullish(),
});

const fileForm = z
  .looseObject({
    'current-context': z.string().min(1),
    clusters: z
      .array(named.extend({ cluster: z.looseObject({ server: z.url({ protocol: /^https?$/ }) }) }))
      .min(1),
    users: z.array(userForm).nullish(),
    contexts: z.array(named.extend({ context: z.looseObject({ cluster: z.string() }) })).min(1),
  })
  .superRefine((file, context) => {
    const current = file.contexts.find((candidate) => candidate.name === file['current-context']);
    const refuse = (path: string, message: string): void => {
      context.addIssue({ code: 'custom', path: [path], message });
    };
    if (current === undefined) {
      refuse('current-context', `names "${file['current-context']}", which contexts does not list`);
    } else if (!file.clusters.some((cluster) => cluster.name === current.context.cluster)) {
      refuse(
        'contexts',
        `"${current.name}" names cluster "${current.context.cluster}", which clusters does not list`,
      );
    }
  });

// The API server closes idle connections after 90 s; a shorter life avoids writing to a closed one.
const idleMs = 30_000;

/** A KubeConfig whose requests share one agent, so that they share connections too. */
export class KeptKubeConfig extends KubeConfig {
  #agent: HttpsAgent | undefined;
  #made: string | undefined;

  override async applySecurityAuthentication(context: RequestContext): Promise<void> {
    await super.applySecurityAuthentication(context);
    const made: unknown = context.getAgent();
    if (!(made instanceof HttpsAgent) || made.constructor !== HttpsAgent) {
      // Plain http, or a proxy's own agent: left as the library made it.
      return;
    }
    const { ca, cert, key, servername, rejectUnauthorized } = made.options;
    const identity = JSON.stringify([ca, cert, key, servername, rejectUnauthorized]);
    if (this.#agent === undefined || this.#made !== identity) {
      // A credential plug-in may have renewed the client certificate.
      this.#agent = new HttpsAgent({ ...made.options, keepAlive: true, timeout: idleMs });
      this.#made = identity;
    }
    context.setAgent(this.#agent);
  }

  /** Closes the connections that are kept. */
  close(): void {
    this.#agent?.destroy();
  }
}

/** Reads a kubeconfig file; its current context is the one in use. */
export async function readKubeconfig(file: string): Promise<KeptKubeConfig> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new ProfileError(
      'KUBECONFIG_UNREADABLE',
      `Reading kubeconfig "${file}": ${(cause as Error).message}. Correct connection.kubeconfig of the profile.`,
      { cause },
    );
  });
  const parsed = fileForm.safeParse(yamlOf(text));
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      (issue) => `  ${issue.path.join('.') || '(whole file)'}: ${issue.message}`,
    );
    throw new ProfileError(
      'KUBECONFIG_INVALID',
      `Reading kubeconfig "${file}": found ${problems.length} problem${problems.length === 1 ? '' : 's'}.\n${problems.join('\n')}\n` +
        'Write it anew with "kubectl config view --raw --minify".',
    );
  }
  for (const { user } of parsed.data.users ?? []) {
    for (const secret of [user?.token, user?.password, user?.['client-key-data']]) {
      remember(secret ?? '');
    }
  }
  const config = new KeptKubeConfig();
  config.loadFromString(text);
  config.makePathsAbsolute(dirname(file));
  return config;
}

function yamlOf(text: string): unknown {
  try {
    return parse(text) as unknown;
  } catch {
    // The parser's message would quote the text around the fault, which may be a key.
    return undefined;
  }
}
