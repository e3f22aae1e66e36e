/**
 * Builds HTML from templates in which every inserted value is escaped, unless it is HTML already. Texts
 * of a report come from clusters and clouds, so none of them may become markup.
 */

/** A piece of markup that is known to be safe. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a template. */
export type Insert = string | number | Html | readonly Html[];

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Makes a text harmless in element content and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => entities[sign] ?? sign);
}

/** Template tag: escapes every insert that is not itself `Html`. */
export function markup(parts: TemplateStringsArray, ...inserts: readonly Insert[]): Html {
  return new Html(
    parts
      .map((part, index) => part + (index < inserts.length ? render(inserts[index]) : ''))
      .join(''),
  );
}

function render(insert: Insert | undefined): string {
  if (insert instanceof Html) {
    return insert.text;
  }
  if (typeof insert === 'object') {
    return insert.map(({ text }) => text).join('');
  }
  return escapeHtml(String(insert ?? ''));
}
