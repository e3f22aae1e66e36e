/**
 * Port forwarding over a WebSocket: two channels for each port, one for its bytes and one for errors. It
 * needs a data plane that opens connections.
 */
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { DataPlane, Netns } from '../../seams.ts';
import { hear, sendOn } from './channels.ts';

/** A data plane that gives the two ends of a connection in a namespace. */
interface Connecting {
  connect(from: Netns, address: string, port: number): Promise<Duplex>;
}

function canOpen(dataPlane: DataPlane): dataPlane is DataPlane & Connecting {
  return typeof (dataPlane as Partial<Connecting>).connect === 'function';
}

/** Joins ports of a pod with a socket. */
export function serveForward(
  socket: WebSocket,
  { dataPlane, netns, ports }: { dataPlane: DataPlane; netns: Netns; ports: readonly number[] },
): void {
  const streams = new Map<number, Duplex>();
  for (const [index, port] of ports.entries()) {
    const [bytes, errors] = [index * 2, index * 2 + 1];
    const head = Buffer.alloc(2);
    head.writeUInt16LE(port);
    for (const channel of [bytes, errors]) sendOn(socket, channel, head);
    const fail = (message: string): void => {
      const text = `error forwarding port ${port} to pod: ${message}`;
      sendOn(socket, errors, Buffer.from(text));
    };
    if (!canOpen(dataPlane)) {
      fail('the data plane opens no connections');
      continue;
    }
    dataPlane.connect(netns, '127.0.0.1', port).then(
      (stream) => {
        streams.set(bytes, stream);
        stream.on('data', (chunk: Buffer) => {
          sendOn(socket, bytes, chunk);
        });
        stream.once('close', () => {
          socket.close(1000);
        });
        stream.on('error', (error: Error) => {
          fail(error.message);
        });
      },
      (error: unknown) => {
        fail((error as Error).message);
      },
    );
  }
  hear(socket, {
    onBytes: (channel, bytes) => {
      streams.get(channel)?.write(bytes);
    },
    onClose: (channel) => {
      streams.get(channel)?.end();
    },
  });
  socket.once('close', () => {
    for (const stream of streams.values()) stream.destroy();
  });
}
