/**
 * Takes over connections that ask for a WebSocket: exec, attach and port forwarding.
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { DataPlane } from '../../seams.ts';
import { type Asked, isOn, resourcePathOf } from '../api/request.ts';
import { refuseUpgrade } from '../api/server.ts';
import type { Api } from '../api/verbs.ts';
import type { Pod } from '../objects.ts';
import { badRequest, unknownPath } from '../status.ts';
import { serveAttach, serveExec, type WantedStreams } from './attaching.ts';
import { protocols } from './channels.ts';
import type { Containers } from './containers.ts';
import { serveForward } from './forwarding.ts';

/** What streams lead to. */
export interface UpgradeParts {
  readonly api: Api;
  readonly containers: Containers;
  readonly dataPlane: DataPlane;
}

type Serve = (socket: WebSocket) => void;

/** The WebSockets of the API. */
export class Upgrades {
  readonly #parts: UpgradeParts;
  readonly #server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    handleProtocols: (offered) => protocols.find((one) => offered.has(one)) ?? false,
  });

  constructor(parts: UpgradeParts) {
    this.#parts = parts;
  }

  take(asked: Asked, request: IncomingMessage, [stream, head]: [Duplex, Buffer]): void {
    stream.on('error', () => {
      // The client has gone; the WebSocket hears of it too.
    });
    try {
      const serve = this.#serverOf(asked);
      const offered = request.headers['sec-websocket-protocol'] ?? '';
      if (!protocols.some((one) => offered.includes(one))) {
        throw badRequest(`no WebSocket protocol is known of those offered: ${offered}`);
      }
      this.#server.handleUpgrade(request, stream, head, (socket) => {
        socket.on('error', () => {
          socket.terminate();
        });
        serve(socket);
      });
    } catch (error) {
      refuseUpgrade(stream, error);
    }
  }

  #serverOf({ path, query }: Asked): Serve {
    const place = resourcePathOf(path);
    const { api, containers, dataPlane } = this.#parts;
    if (place?.plural !== 'pods' || place.name === undefined) throw unknownPath();
    const { namespace, name } = place;
    const kind = api.kind('v1', 'Pod');
    const pod = api.get(kind, namespace === undefined ? { name } : { namespace, name }) as Pod;
    if (place.subresource === 'portforward') {
      const netns = containers.netnsOf(pod);
      if (netns === undefined) throw badRequest(`pod ${name} does not run`);
      const ports = query
        .getAll('ports')
        .flatMap((text) => text.split(','))
        .map(Number);
      return (socket) => {
        serveForward(socket, { dataPlane, netns, ports });
      };
    }
    if (place.subresource !== 'exec' && place.subresource !== 'attach') throw unknownPath();
    return this.#processServer(pod, place.subresource, query);
  }

  #processServer(pod: Pod, way: 'exec' | 'attach', query: URLSearchParams): Serve {
    const found = this.#parts.containers.find(pod, query.get('container') ?? undefined);
    const { runner } = found;
    const process = runner?.process;
    if (runner?.isRunning !== true || process === undefined) {
      const { name, namespace = '' } = pod.metadata;
      throw badRequest(`container ${found.name} of pod ${name}_${namespace} does not run`);
    }
    const wanted = wantedBy(query, found.hasStdin, way);
    const command = query.getAll('command');
    if (way === 'exec' && command.length === 0) {
      throw badRequest('you must specify at least 1 command for the container');
    }
    return (socket) => {
      if (way === 'exec') serveExec(socket, { process, command, wanted });
      else serveAttach(socket, { runner, wanted, isStdinOnce: found.isStdinOnce });
    };
  }
}

function wantedBy(
  query: URLSearchParams,
  hasStdin: boolean,
  way: 'exec' | 'attach',
): WantedStreams {
  const wanted = {
    stdin: isOn(query, 'stdin') && (way === 'exec' || hasStdin),
    stdout: isOn(query, 'stdout'),
    stderr: isOn(query, 'stderr'),
    tty: isOn(query, 'tty'),
  };
  if (!isOn(query, 'stdin') && !wanted.stdout && !wanted.stderr) {
    throw badRequest('you must specify at least 1 of stdin, stdout, stderr');
  }
  return wanted;
}
