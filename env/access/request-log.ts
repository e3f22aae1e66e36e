/**
 * Keeps the last requests to the stack's APIs in memory, so that a failing scenario can show what was
 * asked and what was answered. Nothing that it hands out contains a secret.
 */
import { redact, redactJson } from '../redaction.ts';

/** One request and what became of it. */
export interface RequestRecord {
  readonly at: string;
  readonly service: string;
  readonly method: string;
  readonly path: string;
  /** Undefined when no answer came. */
  readonly status: number | undefined;
  readonly tookMs: number;
  readonly requestId?: string;
  /** The body of a request that changes something. */
  readonly sent?: string;
  /** The service's own message, or the transport's. */
  readonly problem?: string;
}

/** What a caller notes about a request. */
export interface RequestNote extends Omit<RequestRecord, 'sent' | 'at'> {
  readonly startedAt: Date;
  readonly sent?: unknown;
}

const longestText = 2_000;

/** The requests of one process, oldest first, up to a limit. */
export class RequestLog {
  readonly #records: RequestRecord[] = [];
  readonly #limit: number;
  #dropped = 0;

  constructor(limit = 2_000) {
    this.#limit = limit;
  }

  /** Adds one request. */
  note(note: RequestNote): void {
    const { startedAt, sent, problem, ...rest } = note;
    this.#records.push({
      ...rest,
      at: startedAt.toISOString(),
      path: redact(rest.path),
      ...(sent === undefined ? {} : { sent: redactJson(sent).slice(0, longestText) }),
      ...(problem === undefined ? {} : { problem: redact(problem).slice(0, longestText) }),
    });
    if (this.#records.length > this.#limit) {
      this.#records.shift();
      this.#dropped += 1;
    }
  }

  /** The requests started at or after a moment, oldest first. */
  since(moment: Date): RequestRecord[] {
    const from = moment.toISOString();
    return this.#records.filter((record) => record.at >= from);
  }

  /** The requests started at or after a moment as a text, one line each. */
  textSince(moment: Date): string {
    const lines = this.since(moment).map((record) => {
      const sent =
        record.sent === undefined ? '' : `\n    ${record.sent.replaceAll('\n', '\n    ')}`;
      const problem = record.problem === undefined ? '' : ` ! ${record.problem}`;
      const status = record.status ?? 'no answer';
      return `${record.at} ${record.service} ${record.method} ${record.path} -> ${status} in ${record.tookMs} ms${problem}${sent}`;
    });
    const dropped =
      this.#dropped === 0 ? [] : [`(${this.#dropped} older requests are no longer kept)`];
    return [...dropped, ...lines].join('\n');
  }
}
