/**
 * The channels of a WebSocket after v4.channel.k8s.io and v5.channel.k8s.io: the first byte of a message
 * names the channel.
 */
import type { RawData, WebSocket } from 'ws';

/** The channels of exec and attach. */
export const channels = {
  stdin: 0,
  stdout: 1,
  stderr: 2,
  status: 3,
  resize: 4,
  close: 255,
} as const;

/** The protocols that are offered, best first. */
export const protocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io'] as const;

/** Sends on one channel. */
export function sendOn(socket: WebSocket, channel: number, bytes: Buffer): void {
  if (socket.readyState === socket.OPEN) {
    socket.send(Buffer.concat([Buffer.from([channel]), bytes]));
  }
}

/** Hears what comes on each channel; in version 5 also that one is closed. */
export function hear(
  socket: WebSocket,
  {
    onBytes,
    onClose,
  }: { onBytes: (channel: number, bytes: Buffer) => void; onClose: (channel: number) => void },
): void {
  socket.on('message', (message: RawData) => {
    const frame = bytesOf(message);
    const [channel] = frame;
    if (channel === undefined) return;
    if (channel === channels.close && socket.protocol === 'v5.channel.k8s.io') {
      onClose(frame[1] ?? 0);
    } else {
      onBytes(channel, frame.subarray(1));
    }
  });
}

function bytesOf(message: RawData): Buffer {
  if (Buffer.isBuffer(message)) return message;
  return Array.isArray(message) ? Buffer.concat(message) : Buffer.from(message);
}

/** The last message of exec and attach: how the process has ended. */
export function endStatus(code: number, command: readonly string[]): object {
  if (code === 0) return { metadata: {}, status: 'Success' };
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: error executing command ${JSON.stringify(command)}, exit code ${code}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
    code: 500,
  };
}
