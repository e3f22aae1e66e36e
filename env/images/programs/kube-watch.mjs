/**
 * Keeps a copy of one kind of Kubernetes objects: a list, then a watch from where the list ended, and a new
 * list whenever the watch cannot be continued (410 Gone, or any answer that is not a watch). It outlives
 * restarts of the API server and changes of the service account's token.
 */
import { readFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';

/** @typedef {{ url: string, tokenFile?: string | undefined, caFile?: string | undefined }} Api */
/** @typedef {{ metadata: { name: string, namespace: string, resourceVersion?: string } }} Item */

const watchSeconds = 240;
const silenceMs = (watchSeconds + 30) * 1_000;
const firstPauseMs = 100;
const longestPauseMs = 5_000;

/**
 * @param {Api} api
 * @param {string} path
 * @param {AbortSignal} signal
 * @returns {Promise<http.IncomingMessage>}
 */
async function get(api, path, signal) {
  const [token, ca] = await Promise.all(
    [api.tokenFile, api.caFile].map((file) =>
      file === undefined ? undefined : readFile(file, 'utf8'),
    ),
  );
  const url = new URL(path, api.url);
  const headers = {
    accept: 'application/json',
    ...(token === undefined ? {} : { authorization: `Bearer ${token.trim()}` }),
  };
  const options = {
    headers,
    signal,
    agent: false,
    timeout: silenceMs,
    ...(ca === undefined ? {} : { ca }),
  };
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'http:' ? http : https).get(url, options, resolve);
    request.on('timeout', () =>
      request.destroy(new Error(`${url.pathname}: silent for ${silenceMs} ms`)),
    );
    request.on('error', reject);
  });
}

/**
 * @template {Item} T
 * @param {http.IncomingMessage} response
 * @returns {AsyncGenerator<{ type: string, object: T }>}
 */
async function* events(response) {
  let held = '';
  response.setEncoding('utf8');
  for await (const chunk of response) {
    const lines = (held + String(chunk)).split('\n');
    held = lines.pop() ?? '';
    for (const line of lines.filter((text) => text.trim() !== '')) {
      yield JSON.parse(line);
    }
  }
}

/** @param {Item} item */
const keyOf = ({ metadata }) => `${metadata.namespace}/${metadata.name}`;

/**
 * A copy of all objects of one kind, by `namespace/name`.
 * @template {Item} T
 */
export class KubeWatch {
  /**
   * @param {{ api: Api, path: string, log: (event: object) => void }} options
   */
  constructor({ api, path, log }) {
    this.api = api;
    this.path = path;
    this.log = log;
    /** @type {Map<string, T>} */
    this.items = new Map();
    this.isSynced = false;
    this.pauseMs = firstPauseMs;
    this.stopping = new AbortController();
  }

  /** Lists and watches until it is stopped. */
  async run() {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        await this.watchFrom(await this.list());
      } catch (error) {
        if (signal.aborted) {
          return;
        }
        this.log({
          event: 'watch-broken',
          path: this.path,
          problem: error instanceof Error ? error.message : String(error),
        });
      }
      await pause(this.pauseMs, undefined, { signal }).catch(() => undefined);
      this.pauseMs = Math.min(this.pauseMs * 2, longestPauseMs);
    }
  }

  /** Ends the watch. */
  stop() {
    this.stopping.abort();
  }

  /** @returns {Promise<string>} the version at which the list was taken */
  async list() {
    const response = await get(this.api, this.path, this.stopping.signal);
    let text = '';
    response.setEncoding('utf8');
    for await (const chunk of response) {
      text += String(chunk);
    }
    if (response.statusCode !== 200) {
      throw new Error(`listing ${this.path}: status ${response.statusCode}`);
    }
    /** @type {{ metadata: { resourceVersion: string }, items: T[] | null }} */
    const list = JSON.parse(text);
    const items = list.items ?? [];
    const keys = new Set(items.map(keyOf));
    // Replaced in place: readers hold on to the map.
    [...this.items.keys()].filter((key) => !keys.has(key)).forEach((key) => this.items.delete(key));
    items.forEach((item) => this.items.set(keyOf(item), item));
    this.isSynced = true;
    this.pauseMs = firstPauseMs;
    this.log({ event: 'listed', path: this.path, count: items.length });
    return list.metadata.resourceVersion;
  }

  /**
   * Follows changes; returns when the objects have to be listed again.
   * @param {string} from
   */
  async watchFrom(from) {
    let version = from;
    for (;;) {
      const query = `watch=true&allowWatchBookmarks=true&timeoutSeconds=${watchSeconds}&resourceVersion=${version}`;
      const response = await get(this.api, `${this.path}?${query}`, this.stopping.signal);
      if (response.statusCode !== 200) {
        response.resume();
        throw new Error(`watching ${this.path}: status ${response.statusCode}`);
      }
      for await (const event of events(response)) {
        if (event.type === 'ERROR') {
          this.log({ event: 'watch-expired', path: this.path });
          return;
        }
        version = event.object.metadata.resourceVersion ?? version;
        this.apply(event.type, /** @type {T} */ (event.object));
      }
    }
  }

  /**
   * @param {string} type
   * @param {T} object
   */
  apply(type, object) {
    if (type === 'DELETED') {
      this.items.delete(keyOf(object));
    } else if (type !== 'BOOKMARK') {
      this.items.set(keyOf(object), object);
    }
  }
}
