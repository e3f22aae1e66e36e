/**
 * Keeps secrets out of logs, journals, attachments and certificates: a type whose printed form hides
 * the value, and a filter for texts. The filter knows every Secret made in this process, and the forms
 * in which credentials usually appear.
 */
import { inspect } from 'node:util';

const mask = '[redacted]';
const shortestSecret = 6;
const known = new Set<string>();

/** A value that is printed as "[redacted]" wherever it ends up; `reveal` is its only way out. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
    remember(value);
  }

  /** Gives the value, for the one place that has to send it. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return mask;
  }

  toJSON(): string {
    return mask;
  }

  [inspect.custom](): string {
    return mask;
  }
}

/** Makes the text filter know a secret that is not held in a Secret, e.g. one inside a kubeconfig. */
export function remember(value: string): void {
  // A shorter one would blank out ordinary words.
  if (value.length >= shortestSecret) {
    known.add(value);
  }
}

const secretKey =
  '(?:[\\w-]*(?:password|passwd|secret|private[-_]?key|credential)[\\w-]*|token|id-token|access[-_]token|refresh[-_]token|client-key-data|x-auth-token|x-subject-token)';

const patterns: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, mask],
  [/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{6,}/g, `$1 ${mask}`],
  // "key": "value" of JSON, also when the JSON is itself inside a string.
  [new RegExp(`(\\\\?["']${secretKey}\\\\?["']\\s*:\\s*\\\\?")[^"\\\\]+`, 'gi'), `$1${mask}`],
  // key: value of YAML and headers, key=value of options; never across the end of a line.
  [
    new RegExp(`(^|[\\s,;{&?])(${secretKey}[ \\t]*[:=][ \\t]*)[^\\s"'{}[\\],;&][^\\s,;&]*`, 'gim'),
    `$1$2${mask}`,
  ],
  // user:password@host of an URL.
  [/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:)[^\s@/]+@/gi, `$1${mask}@`],
  // Keystone's Fernet tokens.
  [/\bgAAAA[A-Za-z0-9_-]{40,}={0,2}/g, mask],
];

/** Returns the text with every known secret and everything that looks like one replaced. */
export function redact(text: string): string {
  let clean = text;
  // Longest first, so that a secret containing another one leaves no rest.
  for (const secret of [...known].sort((a, b) => b.length - a.length)) {
    clean = clean.replaceAll(secret, mask);
  }
  for (const [pattern, replacement] of patterns) {
    clean = clean.replace(pattern, replacement);
  }
  return clean;
}

/** Returns a printable JSON text of any value, redacted. */
export function redactJson(value: unknown): string {
  return redact(JSON.stringify(value ?? null, undefined, 2));
}
