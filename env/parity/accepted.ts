/**
 * Differences between the lab and another stack that are accepted, each with its reason. An entry that
 * meets no difference any more is itself a complaint: the list only holds what is true.
 */
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Difference } from './compare.ts';

const pattern = z
  .string()
  .min(1)
  .transform((text) => ({ text, expression: expressionOf(text) }));

const form = z.array(
  z.strictObject({
    chapter: pattern.prefault('*'),
    step: pattern.prefault('*'),
    /** A path, in which * is one part and ** any number of them. */
    at: pattern,
    reason: z.string().min(10),
    /** Set on what comes and goes by chance, so that meeting none is no complaint. */
    sometimes: z.boolean().default(false),
  }),
);

/** The accepted differences. */
export type Accepted = z.output<typeof form>;

/** What a comparison comes to. */
export interface Judgement {
  readonly unexplained: readonly Difference[];
  /** Entries that meet no difference. */
  readonly idle: readonly string[];
}

/** Reads the list of accepted differences. */
export async function readAccepted(file: string): Promise<Accepted> {
  return form.parse(parse(await readFile(file, 'utf8')) ?? []);
}

/** Takes the accepted differences out. */
export function judge(differences: readonly Difference[], accepted: Accepted): Judgement {
  const used = new Set<number>();
  const unexplained = differences.filter(({ chapter, step, at }) => {
    const hits = accepted.flatMap((entry, index) =>
      entry.chapter.expression.test(chapter) &&
      entry.step.expression.test(step) &&
      entry.at.expression.test(at)
        ? [index]
        : [],
    );
    for (const index of hits) used.add(index);
    return hits.length === 0;
  });
  return {
    unexplained,
    idle: accepted
      .filter(({ sometimes }, index) => !sometimes && !used.has(index))
      .map(({ chapter, step, at }) => `${chapter.text}, "${step.text}", ${at.text}`),
  };
}

function expressionOf(text: string): RegExp {
  const escaped = text
    .split('**')
    .map((part) =>
      part
        .split('*')
        .map((plain) => plain.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
        .join('[^/]*'),
    )
    .join('.*');
  return new RegExp(`^${escaped}$`);
}
