/**
 * A prober that serves where no pod is: what pods reach when they leave the cluster, and what tells them by
 * which address they were seen there.
 */
import { z } from 'zod';
import { ProbeError, type ProcessHandle } from '#env';
import { FrameDecoder } from './frames.ts';
import { proberFile } from './streams.ts';

/** A server that is no pod, with the ports that it has chosen. */
export interface ProbeServer extends Disposable {
  readonly tcpPort: number;
  readonly udpPort: number;
}

/** The marks with which it answers. */
export interface ServerMarks {
  readonly run: string;
  readonly scenario: string;
  readonly pod: string;
}

const startMs = 20_000;
const servingForm = z.object({
  event: z.literal('serving'),
  ports: z.object({ tcp: z.tuple([z.number()]), udp: z.tuple([z.number()]) }),
});

/** Starts a prober that serves TCP and UDP on free ports. */
export async function startServer(
  start: (argv: readonly string[]) => ProcessHandle,
  { run, scenario, pod }: ServerMarks,
): Promise<ProbeServer> {
  const marks = ['--run', run, '--scenario', scenario, '--pod', pod];
  const process = start(['node', proberFile, 'serve', ...marks, '--tcp', '0', '--udp', '0']);
  process.stderr.resume();
  const decoder = new FrameDecoder();
  const serving = new Promise<z.output<typeof servingForm>>((resolve, reject) => {
    const giveUp = (what: string): void => {
      reject(
        new ProbeError(
          'PROBE_SERVER_NOT_SERVING',
          `Starting the server "${pod}": ${what}. Start "node" there by hand and look at what it says.`,
        ),
      );
    };
    const timer = setTimeout(() => {
      giveUp(`it did not serve within ${startMs} ms`);
    }, startMs);
    void process.exited.then((status) => {
      clearTimeout(timer);
      giveUp(`it ended with status ${status ?? 'none'}`);
    });
    process.stdout.on('data', (chunk: Buffer) => {
      for (const message of decoder.push(chunk)) {
        const found = servingForm.safeParse(message);
        if (found.success) {
          clearTimeout(timer);
          resolve(found.data);
        }
      }
    });
  });
  try {
    const { ports } = await serving;
    return {
      tcpPort: ports.tcp[0],
      udpPort: ports.udp[0],
      [Symbol.dispose]: () => {
        process.kill();
      },
    };
  } catch (error) {
    process.kill();
    throw error;
  }
}
