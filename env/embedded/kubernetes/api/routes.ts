/**
 * Finds out which part of the API answers a request.
 */
import type { ServerResponse } from 'node:http';
import type { World } from '../../world.ts';
import { ApiError, notFound, unknownPath } from '../status.ts';
import type { Answer } from './answer.ts';
import {
  aggregated,
  aggregationOf,
  coreVersions,
  groupList,
  groupNamed,
  resourceList,
} from './discovery.ts';
import { OpenApi } from './openapi.ts';
import { type Asked, type ResourcePath, resourcePathOf } from './request.ts';
import { type Resource, Resources } from './resources.ts';
import { review } from './reviews.ts';
import { onPart } from './subresources.ts';
import type { Tokens } from './tokens.ts';
import type { Api } from './verbs.ts';

/** Answers requests for logs, which come as a stream. */
export type LogServer = (resource: Resource, response: ServerResponse) => void;

/** What routes lead to. */
export interface RouteParts {
  readonly world: World;
  readonly api: Api;
  readonly tokens: Tokens;
  readonly version: string;
  readonly logs: LogServer;
  address(): string;
}

/** Groups that every Kubernetes serves and this one does not: asking for them is worth knowing. */
const missingGroups =
  /^(autoscaling|policy|storage\.k8s\.io|scheduling\.k8s\.io|node\.k8s\.io|certificates\.k8s\.io|admissionregistration\.k8s\.io|flowcontrol\.apiserver\.k8s\.io|apiregistration\.k8s\.io)$/;

const binaryOpenApi = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';

/** Leads requests to what answers them. */
export class Routes {
  readonly resources: Resources;
  readonly #parts: RouteParts;
  readonly #openApi: OpenApi;

  constructor(parts: RouteParts) {
    this.#parts = parts;
    this.resources = new Resources(parts.api);
    this.#openApi = new OpenApi(parts.api.kinds, `v${parts.version}`);
  }

  dispatch(asked: Asked, response: ServerResponse): Answer | undefined {
    const plain = this.#onDocument(asked) ?? this.#onDiscovery(asked);
    if (plain !== undefined) return plain;
    const path = resourcePathOf(asked.path);
    if (path === undefined) return this.#unknown(asked, 'env/embedded/kubernetes/api/routes.ts');
    return this.#onResource(path, asked, response);
  }

  #onDocument({ path, query, method, headers }: Asked): Answer | undefined {
    if (method !== 'GET' && method !== 'HEAD') return undefined;
    if (/^\/version\/?$/.test(path)) return { body: versionOf(this.#parts.version) };
    if (/^\/(healthz|livez|readyz)(\/|$)/.test(path)) return health(path, query);
    if (path === '/openapi/v2') return this.#oldDocument(headers.accept);
    if (path === '/openapi/v3') return { body: this.#openApi.index() };
    const [, wanted] = /^\/openapi\/v3\/apis?\/(.+)$/.exec(path) ?? [];
    return wanted === undefined ? undefined : orMissing(this.#openApi.document(wanted));
  }

  #oldDocument(accept = ''): Answer {
    const isBinary = accept.startsWith(binaryOpenApi);
    if (!isBinary) return { body: this.#openApi.old() };
    // An "@" would be no media type; the real server sends a dot in its place.
    return { body: this.#openApi.binary(), type: binaryOpenApi.replace('@', '.') };
  }

  #onDiscovery({ path, method, headers }: Asked): Answer | undefined {
    const [root, ...parts] = path.split('/').filter((part) => part !== '');
    const isDiscovery =
      (root === 'api' && parts.length < 2) || (root === 'apis' && parts.length < 3);
    if (method !== 'GET' || !isDiscovery) return undefined;
    const { kinds } = this.#parts.api;
    const form = aggregationOf(headers.accept);
    if (form !== undefined && parts.length === 0) {
      const type = `application/json;g=apidiscovery.k8s.io;v=${form};as=APIGroupDiscoveryList`;
      return { body: aggregated(kinds, form, root === 'api'), type };
    }
    return orMissing(root === 'api' ? this.#core(parts[0]) : this.#groups(parts));
  }

  #core(version: string | undefined): object | undefined {
    return version === undefined
      ? coreVersions(this.#parts.address())
      : resourceList(this.#parts.api.kinds, version);
  }

  #groups([group, version]: readonly string[]): object | undefined {
    const { kinds } = this.#parts.api;
    if (group === undefined) return groupList(kinds);
    return version === undefined
      ? groupNamed(kinds, group)
      : resourceList(kinds, `${group}/${version}`);
  }

  #onResource(path: ResourcePath, asked: Asked, response: ServerResponse): Answer | undefined {
    const kind = this.#parts.api.kinds.at(path.apiVersion, path.plural);
    if (kind === undefined) return this.#onUnserved(path, asked);
    const resource: Resource = { kind, path, asked };
    if (path.subresource === undefined) return this.resources.serve(resource, response);
    if (path.subresource === 'status') return this.resources.onStatus(resource);
    if (kind.plural === 'pods' && path.subresource === 'log') {
      this.#parts.logs(resource, response);
      return;
    }
    const answer = onPart(this.#parts.api, this.#parts.tokens, resource);
    if (answer !== undefined) return answer;
    if (kind.subresources.some(({ name }) => name === path.subresource)) {
      return this.#unknown(asked, 'env/embedded/kubernetes/api/subresources.ts');
    }
    throw notFound(kind, path.name ?? '');
  }

  #onUnserved(path: ResourcePath, asked: Asked): Answer {
    const isReview = /^auth(orization|entication)\.k8s\.io$/.test(path.group);
    const answer = isReview ? review(path.plural, asked, this.#parts.tokens) : undefined;
    if (answer !== undefined) return answer;
    const isWorthKnowing =
      missingGroups.test(path.group) ||
      (this.#parts.api.kinds.hasGroup(path.group) && path.group.includes('k8s.io')) ||
      ['', 'apps', 'batch'].includes(path.group);
    if (!isWorthKnowing) throw unknownPath();
    return this.#unknown(asked, 'env/embedded/kubernetes/kinds/builtin.ts');
  }

  #unknown({ method, path, query, bodyText }: Asked, file: string): Answer {
    const search = query.toString();
    const message = this.#parts.world.unknown.report({
      server: 'kubernetes',
      method,
      path: search === '' ? path : `${path}?${search}`,
      body: bodyText.slice(0, 2_000),
      file,
    });
    throw new ApiError(501, 'NotImplemented', { message });
  }
}

function orMissing(body: object | string | undefined): Answer {
  if (body === undefined) throw unknownPath();
  return { body };
}

function health(path: string, query: URLSearchParams): Answer {
  const isVerbose = query.has('verbose');
  const name = path.split('/')[1] ?? '';
  const body = isVerbose ? `[+]ping ok\n[+]etcd ok\n${name} check passed\n` : 'ok';
  return { body, type: 'text/plain; charset=utf-8' };
}

function versionOf(version: string): object {
  const [major = '1', minor = '28'] = version.split('.');
  return {
    major,
    minor,
    gitVersion: `v${version}`,
    gitCommit: '0000000000000000000000000000000000000000',
    gitTreeState: 'clean',
    buildDate: '2024-10-22T20:35:25Z',
    goVersion: 'go1.22.8',
    compiler: 'gc',
    platform: 'linux/amd64',
  };
}
