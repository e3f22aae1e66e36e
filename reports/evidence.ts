/**
 * Keeps what a scenario has attached as files beside the journal, so that a reader of a failure needs
 * no other tool to see it.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestResult } from '@playwright/test/reporter';

type Attachment = TestResult['attachments'][number];

/** Where the files of one scenario go. */
export interface EvidencePlace {
  readonly outDir: string;
  readonly scenario: string;
  /** Removes secrets from a text. */
  readonly redact: (text: string) => string;
}

const folder = 'evidence';
const textual = /^(text\/|application\/(json|yaml|x-ndjson))/;

/** Writes attachments that hold a body; gives their paths, relative to the folder of the run. */
export function keepEvidence(
  attachments: readonly Attachment[],
  { outDir, scenario, redact }: EvidencePlace,
): string[] {
  const place = join(folder, plain(scenario));
  return attachments.flatMap(({ name, body, contentType }, index) => {
    if (body === undefined) {
      return [];
    }
    const path = join(place, `${index + 1}-${plain(redact(name))}`);
    mkdirSync(join(outDir, place), { recursive: true });
    writeFileSync(
      join(outDir, path),
      textual.test(contentType) ? redact(body.toString('utf8')) : body,
    );
    return [path];
  });
}

/** A name that stays inside its folder on every file system, and harmless in a link. */
function plain(name: string): string {
  return (
    name
      .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
      .replace(/^[.-]+/, '')
      .slice(0, 100) || 'unnamed'
  );
}
