/**
 * Fills the usual values into what was left out.
 */

/** Sets the fields of an object that are not set. */
export function fill<T extends object>(target: T | undefined, usual: Partial<T>): void {
  if (target === undefined) return;
  const fields = target as Record<string, unknown>;
  for (const [key, value] of Object.entries(usual)) fields[key] ??= value;
}
