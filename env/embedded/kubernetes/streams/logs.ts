/**
 * Serves the logs of containers, also as they grow.
 */
import type { ServerResponse } from 'node:http';
import { isOn } from '../api/request.ts';
import { refOf, type Resource } from '../api/resources.ts';
import type { Api } from '../api/verbs.ts';
import type { ContainerLog, LogLine } from '../kubelet/logs.ts';
import type { Pod } from '../objects.ts';
import { badRequest } from '../status.ts';
import type { Containers, FoundContainer } from './containers.ts';

/** Answers requests for logs. */
export function serveLog(
  { api, containers }: { readonly api: Api; readonly containers: Containers },
  { kind, path, asked }: Resource,
  response: ServerResponse,
): void {
  const pod = api.get(kind, refOf(path)) as Pod;
  const { query } = asked;
  const found = containers.find(pod, query.get('container') ?? undefined);
  const log = logOf(pod, found, isOn(query, 'previous'));
  response.statusCode = 200;
  response.setHeader('content-type', 'text/plain');
  stream(log, query, response);
}

function logOf(
  { metadata, spec }: Pod,
  { name, runner }: FoundContainer,
  isPrevious: boolean,
): ContainerLog {
  const where = `container "${name}" in pod "${metadata.name}"`;
  if (isPrevious) {
    if (runner?.previousLog !== undefined) return runner.previousLog;
    throw badRequest(`previous terminated ${where} not found`);
  }
  if (runner?.process !== undefined) return runner.log;
  throw badRequest(
    spec.nodeName === undefined
      ? `pod ${metadata.name} does not have a host assigned`
      : `${where} is waiting to start: ContainerCreating`,
  );
}

function stream(log: ContainerLog, query: URLSearchParams, response: ServerResponse): void {
  const hasTimes = isOn(query, 'timestamps');
  const text = ({ at, text: line }: LogLine): string => `${hasTimes ? `${at} ` : ''}${line}\n`;
  const tail = query.get('tailLines');
  const wanted = log.lines.filter(sinceOf(query));
  const lines = tail === null ? wanted : Number(tail) === 0 ? [] : wanted.slice(-Number(tail));
  const limit = Number(query.get('limitBytes') ?? Infinity);
  const all = lines.map(text).join('');
  response.write(all.slice(0, limit));
  if (!isOn(query, 'follow') || log.isEnded) {
    response.end();
    return;
  }
  const stop = log.follow(
    (line) => {
      response.write(text(line));
    },
    () => {
      response.end();
    },
  );
  response.once('close', stop);
}

function sinceOf(query: URLSearchParams): (line: LogLine) => boolean {
  const seconds = query.get('sinceSeconds');
  const time = query.get('sinceTime');
  const from =
    seconds === null
      ? Date.parse(time ?? '1970-01-01T00:00:00Z')
      : Date.now() - Number(seconds) * 1_000;
  return ({ at }) => Date.parse(at) >= from;
}
