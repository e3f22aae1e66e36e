/**
 * Access to a Kubernetes API server: the typed clients, with readable errors, a request log, one retry
 * of reads after a broken connection, and a signal that ends a request. It knows no object by name.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import {
  ApiException,
  AppsV1Api,
  type Configuration,
  CoreV1Api,
  createConfiguration,
  CustomObjectsApi,
  HttpMethod,
  IsomorphicFetchHttpLibrary,
  KubernetesObjectApi,
  NetworkingV1Api,
  RequestContext,
  type ResponseContext,
  ServerConfiguration,
  VersionApi,
  wrapHttpLibrary,
} from '#kubernetes-client';
import { z } from 'zod';
import { ProfileError, StackError } from '../errors.ts';
import { redact } from '../redaction.ts';
import { type KeptKubeConfig, readKubeconfig } from './kubeconfig.ts';
import { RequestLog } from './request-log.ts';

/** The API server answered, but with an error status. */
export class KubernetesError extends StackError {
  readonly status: number;
  /** The server's reason, such as "AlreadyExists". */
  readonly reason: string;

  constructor(
    doing: string,
    refusal: { status: number; reason: string; said: string },
    cause: unknown,
  ) {
    super(
      `KUBERNETES_${refusal.status}`,
      `${doing}: the API server answered ${refusal.status} ${refusal.reason}, saying "${refusal.said}".${remedyOf(refusal.status)}`,
      { cause },
    );
    this.status = refusal.status;
    this.reason = refusal.reason;
  }
}

/** The typed clients that this project uses. */
export interface KubernetesClients {
  readonly core: CoreV1Api;
  readonly apps: AppsV1Api;
  readonly networking: NetworkingV1Api;
  readonly custom: CustomObjectsApi;
  readonly version: VersionApi;
  /** Any object, by apiVersion and kind. */
  readonly objects: KubernetesObjectApi;
}

/** One request in the words of HTTP. */
export interface RawRequest {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Begins with a slash, relative to the server, with its query. */
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
}

/** What the API server has answered, whatever its status. */
export interface RawAnswer {
  readonly status: number;
  readonly text: string;
}

const requestMs = 60_000;

/** Access to one API server. */
export class KubernetesAccess implements Disposable {
  readonly config: KeptKubeConfig;
  readonly clients: KubernetesClients;
  readonly log: RequestLog;
  readonly #signals = new AsyncLocalStorage<AbortSignal | undefined>();
  readonly #library = new IsomorphicFetchHttpLibrary();

  private constructor(config: KeptKubeConfig, server: string, log: RequestLog) {
    this.config = config;
    this.log = log;
    const configuration = createConfiguration({
      baseServer: new ServerConfiguration(server, {}),
      authMethods: { default: config },
      httpApi: wrapHttpLibrary({ send: (request) => this.#send(request) }),
    });
    this.clients = clientsOf(configuration);
  }

  /** Opens the cluster of a kubeconfig's current context. */
  static async open(
    kubeconfigPath: string,
    log: RequestLog = new RequestLog(),
  ): Promise<KubernetesAccess> {
    const config = await readKubeconfig(kubeconfigPath);
    const cluster = config.getCurrentCluster();
    if (cluster === null) {
      throw new ProfileError(
        'KUBECONFIG_INVALID',
        `Reading kubeconfig "${kubeconfigPath}": its context names no cluster.`,
      );
    }
    return new KubernetesAccess(config, cluster.server, log);
  }

  /** The address of the API server. */
  get server(): string {
    return this.config.getCurrentCluster()?.server ?? '';
  }

  /**
   * Runs one call of a client; `doing` opens the message of an error, and the signal ends the request.
   */
  async call<T>(
    doing: string,
    request: (clients: KubernetesClients) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    try {
      return await this.#signals.run(signal, () => request(this.clients));
    } catch (error) {
      // Whoever ended the request knows why; it is no trouble of the stack.
      signal?.throwIfAborted();
      throw this.#translated(doing, error);
    }
  }

  /** As `call`, but gives undefined when the object does not exist. */
  async find<T>(
    doing: string,
    request: (clients: KubernetesClients) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T | undefined> {
    try {
      return await this.call(doing, request, signal);
    } catch (error) {
      if (error instanceof KubernetesError && error.status === 404) {
        return undefined;
      }
      throw error;
    }
  }

  /** Sends one request and gives the answer as it came, a refusal too. */
  async answer(request: RawRequest): Promise<RawAnswer> {
    const { method = 'GET', path, body, contentType = 'application/json' } = request;
    const context = new RequestContext(`${this.server}${path}`, HttpMethod[method]);
    context.setHeaderParam('accept', 'application/json');
    if (body !== undefined) {
      context.setHeaderParam('content-type', contentType);
      context.setBody(JSON.stringify(body));
    }
    await this.config.applySecurityAuthentication(context);
    try {
      const response = await this.#send(context);
      return { status: response.httpStatusCode, text: await response.body.text() };
    } catch (error) {
      throw this.#translated(`${method} ${path}`, error);
    }
  }

  [Symbol.dispose](): void {
    this.config.close();
  }

  #translated(doing: string, error: unknown): unknown {
    if (error instanceof ApiException) {
      return new KubernetesError(doing, refusalOf(error), error);
    }
    if (error instanceof StackError) {
      return error;
    }
    return new StackError(
      'KUBERNETES_UNREACHABLE',
      `${doing}: no answer from "${this.server}" (${redact((error as Error).message)}). ` +
        'Check that the API server runs and is reachable from here.',
      { cause: error },
    );
  }

  async #send(request: RequestContext): Promise<ResponseContext> {
    const signal = this.#signals.getStore();
    request.setSignal(signal ?? AbortSignal.timeout(requestMs));
    const isRead = request.getHttpMethod() === HttpMethod.GET;
    try {
      return await this.#sendOnce(request);
    } catch (error) {
      if (isRead && isBrokenConnection(error) && signal?.aborted !== true) {
        return this.#sendOnce(request);
      }
      throw error;
    }
  }

  async #sendOnce(request: RequestContext): Promise<ResponseContext> {
    const startedAt = new Date();
    const started = performance.now();
    const url = new URL(request.getUrl());
    const note = (status: number | undefined, problem?: string): void => {
      const body: unknown = request.getBody();
      this.log.note({
        startedAt,
        service: 'kubernetes',
        method: request.getHttpMethod(),
        path: `${url.pathname}${url.search}`,
        status,
        tookMs: Math.round(performance.now() - started),
        ...(typeof body === 'string' && !url.pathname.includes('/configmaps')
          ? { sent: body.slice(0, 2_000) }
          : {}),
        ...(problem === undefined ? {} : { problem }),
      });
    };
    try {
      const response = await this.#library.send(request).toPromise();
      note(response.httpStatusCode);
      return response;
    } catch (error) {
      note(undefined, (error as Error).message);
      throw error;
    }
  }
}

function clientsOf(configuration: Configuration): KubernetesClients {
  return {
    core: new CoreV1Api(configuration),
    apps: new AppsV1Api(configuration),
    networking: new NetworkingV1Api(configuration),
    custom: new CustomObjectsApi(configuration),
    version: new VersionApi(configuration),
    objects: new ObjectsApi(configuration),
  };
}

/** The library makes its object client from a KubeConfig only; the constructor is open to heirs. */
class ObjectsApi extends KubernetesObjectApi {
  constructor(configuration: Configuration) {
    super(configuration);
    this.defaultNamespace = 'default';
  }
}

const statusForm = z.looseObject({ reason: z.string().optional(), message: z.string().optional() });

function refusalOf(error: ApiException<unknown>): { status: number; reason: string; said: string } {
  const parsed = statusForm.safeParse(bodyOf(error.body));
  const { reason, message } = parsed.success ? parsed.data : {};
  return {
    status: error.code,
    reason: reason ?? '',
    said: redact(
      message ?? (typeof error.body === 'string' ? error.body.slice(0, 300) : 'nothing'),
    ),
  };
}

function bodyOf(body: unknown): unknown {
  if (typeof body !== 'string') {
    return body;
  }
  try {
    return JSON.parse(body) as unknown;
  } catch {
    // Proxies answer in plain text.
    return undefined;
  }
}

function isBrokenConnection(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return code === 'ECONNRESET' || code === 'EPIPE' || code === 'ECONNREFUSED';
}

function remedyOf(status: number): string {
  if (status === 401 || status === 403) {
    return ' Give the user of the kubeconfig the rights that this needs.';
  }
  return '';
}
