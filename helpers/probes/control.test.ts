/**
 * The control lines of a running prober: what it answers to good, torn, repeated and unknown orders.
 */
import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { execPath } from 'node:process';
import { expect, test } from '@playwright/test';
import { FrameDecoder, type Message } from './frames.ts';
import { proberFile } from './streams.ts';
import { startProber, startServer, udpServer } from './testing.ts';

const host = '127.0.0.1';
const isDone = (id: string) => (message: Message) =>
  message['id'] === id && message['done'] === true;
const isError = (id: string) => (message: Message) => message['id'] === id && 'error' in message;

const silentPort = () => udpServer(() => undefined);

test.describe('the control of a prober', () => {
  test('understands lines in pieces, behind torn lines, and passes over what it does not', async () => {
    await using prober = startProber('control');
    prober.stdin.write('{"id":"torn","op":"ba\u001e{"id":"a","op"');
    prober.stdin.write(':"hello"}\nnonsense\n{"op":"hello"}\n{"id":"b","op":"fly"}\n');

    await prober.said(isDone('a'));
    expect(await prober.said(isError('b'))).toMatchObject({ error: 'unknown operation "fly"' });
    expect(prober.messages.map((message) => message['error'])).toContain(
      'a control line has no id',
    );
    expect(prober.messages.map((message) => message['error'])).toContain(
      'a control line is not JSON',
    );
  });

  test('runs all probes of a batch at once and reports each by its index', async () => {
    await using server = await startServer('echo-1');
    using silence = await silentPort();
    const [tcp] = server.ports.tcp;
    const probes = Array.from({ length: 81 }, (_, index) =>
      index % 9 === 0
        ? { kind: 'tcp', host, port: tcp, timeoutMs: 1_000 }
        : { kind: 'udp', host, port: silence.port, timeoutMs: 1_000 },
    );
    const began = performance.now();
    server.stdin.write(`${JSON.stringify({ id: 'a', op: 'batch', probes })}\n`);

    expect(await server.said(isDone('a'))).toMatchObject({ count: 81 });
    expect(performance.now() - began).toBeLessThan(3_000);
    const seen = server.messages.filter((message) => typeof message['index'] === 'number');
    expect(new Set(seen.map((message) => message['index'])).size).toBe(81);
    expect(seen.filter(({ verdict }) => verdict === 'open')).toHaveLength(9);
    expect(seen.filter(({ verdict }) => verdict === 'dropped')).toHaveLength(72);
  });

  test('answers a repeated order again without running it again', async () => {
    await using server = await startServer('echo-1');
    const [port] = server.ports.tcp;
    const probes = [{ kind: 'tcp', host, port, timeoutMs: 1_000 }];
    const line = `${JSON.stringify({ id: 'a', op: 'batch', probes })}\n`;
    server.stdin.write(line);
    await server.said(isDone('a'));
    const [first] = server.messages.filter(({ id }) => id === 'a');
    server.messages.length = 0;
    server.stdin.write(line);

    await server.said(isDone('a'));
    expect(server.messages[0]).toEqual(first);
  });

  test('cancels what is under way, and refuses to cancel what it does not know', async () => {
    await using prober = startProber('control');
    using silence = await silentPort();
    const probes = [{ kind: 'udp', host, port: silence.port, timeoutMs: 60_000 }];
    prober.stdin.write(`${JSON.stringify({ id: 'a', op: 'batch', probes })}\n`);
    prober.stdin.write(
      '{"id":"b","op":"cancel","cancel":"a"}\n{"id":"c","op":"cancel","cancel":"z"}\n',
    );

    expect(await prober.said(isError('a'))).toMatchObject({ error: 'cancelled' });
    await prober.said(isDone('b'));
    expect(await prober.said(isError('c'))).toMatchObject({
      error: 'nothing with the id "z" is known',
    });
  });

  test('samples a probe steadily although each sample waits for its timeout', async () => {
    await using prober = startProber('control');
    using silence = await silentPort();
    const probe = { kind: 'udp', host, port: silence.port, timeoutMs: 300 };
    prober.stdin.write(`${JSON.stringify({ id: 'a', op: 'watch', probe, everyMs: 50 })}\n`);
    await prober.said(isDone('a'));
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    prober.stdin.write('{"id":"b","op":"stop","watch":"a"}\n{"id":"c","op":"stop","watch":"a"}\n');

    const { samples } = (await prober.said(
      ({ id, part }) => id === 'b' && part === 0,
    )) as unknown as {
      samples: { verdict: string; at: number }[];
    };
    expect(samples.length).toBeGreaterThan(7);
    expect(new Set(samples.map(({ verdict }) => verdict))).toEqual(new Set(['dropped']));
    expect(await prober.said(isError('c'))).toMatchObject({ error: 'no watch "a" is running' });
  });

  test('samples over one connection, and tells that it has ended', async () => {
    await using server = await startServer('echo-1');
    await using prober = startProber('control');
    const probe = { kind: 'tcp', host, port: server.ports.tcp[0], timeoutMs: 1_000 };
    const order = { id: 'a', op: 'watch', probe, everyMs: 20, isKept: true };
    prober.stdin.write(`${JSON.stringify(order)}\n`);
    await prober.said(isDone('a'));
    await new Promise((resolve) => setTimeout(resolve, 300));
    server.kill();
    await server.exited;
    await new Promise((resolve) => setTimeout(resolve, 100));
    prober.stdin.write('{"id":"b","op":"stop","watch":"a"}\n');

    const { samples } = (await prober.said((message) => 'samples' in message)) as unknown as {
      readonly samples: readonly { verdict: string; clientPort?: number; detail?: string }[];
    };
    const answered = samples.filter(({ verdict }) => verdict === 'open');
    expect(answered.length).toBeGreaterThan(2);
    expect(new Set(answered.map(({ clientPort }) => clientPort)).size).toBe(1);
    expect(samples.at(-1)).toMatchObject({
      verdict: 'rejected',
      detail: expect.stringContaining('the connection has ended'),
    });
  });

  test('keeps no connection but one over TCP', async () => {
    await using prober = startProber('control');
    const probe = { kind: 'udp', host, port: 9, timeoutMs: 100 };
    const order = { id: 'a', op: 'watch', probe, everyMs: 20, isKept: true };
    prober.stdin.write(`${JSON.stringify(order)}\n`);

    expect(await prober.said(isError('a'))).toMatchObject({
      error: 'only a TCP connection is kept',
    });
  });

  test('refuses a watch that would sample too seldom', async () => {
    await using prober = startProber('control');
    const probe = { kind: 'tcp', host, port: 9, timeoutMs: 300 };
    prober.stdin.write(`${JSON.stringify({ id: 'a', op: 'watch', probe, everyMs: 900 })}\n`);

    expect(await prober.said(isError('a'))).toMatchObject({
      error: 'a watch samples every 10 to 500 ms',
    });
  });

  test('reports a lack of file descriptors as not run, never as a verdict on the network', async () => {
    await using server = await startServer('echo-1');
    const command = `ulimit -n 48; exec '${execPath}' '${proberFile}' control`;
    const child = spawn('sh', ['-c', command], { stdio: ['pipe', 'pipe', 'inherit'] });
    const probes = Array.from({ length: 90 }, (_, index) => ({
      kind: index % 10 === 0 ? 'lookup' : 'tcp',
      ...{
        host: index % 10 === 0 ? 'localhost' : host,
        port: server.ports.tcp[0],
        timeoutMs: 5_000,
      },
    }));
    child.stdin.write(`${JSON.stringify({ id: 'a', op: 'batch', probes })}\n`);
    const decoder = new FrameDecoder();
    const seen: Message[] = [];
    for await (const chunk of child.stdout) {
      seen.push(...decoder.push(chunk as Buffer));
      if (seen.some(isDone('a'))) {
        child.stdin.end();
      }
    }

    const found = new Set(seen.flatMap(({ verdict }) => verdict ?? []));
    expect(found).toContain('not-run');
    expect([...found].filter((verdict) => verdict !== 'open' && verdict !== 'not-run')).toEqual([]);
    expect(seen.map(({ detail }) => String(detail)).join()).toContain('EMFILE');
  });

  test('keeps serving when nobody controls it, and ends with its stdin when it only controls', async () => {
    await using server = await startServer('echo-1');
    await using prober = startProber('control');
    server.stdin.end();
    prober.stdin.end();

    expect(await prober.exited).toBe(0);
    await using client = startProber('control');
    const probes = [{ kind: 'tcp', host, port: server.ports.tcp[0], timeoutMs: 2_000 }];
    client.stdin.write(`${JSON.stringify({ id: 'a', op: 'batch', probes })}\n`);
    expect(await client.said(({ index }) => index === 0)).toMatchObject({ verdict: 'open' });
  });

  test('says what is wrong with its command line, or with its port, and ends', async () => {
    await using server = await startServer('echo-1');
    const [port] = server.ports.tcp;
    for (const [words, text] of [
      [['sing'], 'found "sing" instead of serve, control or lookup'],
      [['serve', 'loudly'], 'found "loudly" instead of --name value'],
      [['serve', '--tcp', String(port), '--bind', host], 'EADDRINUSE'],
    ] as const) {
      await using prober = startProber(...words);
      const [complaint] = (await once(prober.stderr, 'data')) as [Buffer];
      expect(complaint.toString()).toContain(text);
      expect(await prober.exited).toBe(1);
    }
  });
});
