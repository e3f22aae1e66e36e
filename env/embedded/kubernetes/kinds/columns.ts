/**
 * The columns of tables, and how ages are written in them.
 */
import type { KubeObject } from '../objects.ts';
import type { Column } from './kind.ts';

type Cell = string | number | boolean | null | undefined;

/** A column from what reads its cell, out of objects of whatever kind the table is for. */
export function column(
  name: string,
  cell: (object: never) => Cell,
  more: Partial<Pick<Column, 'type' | 'priority'>> = {},
): Column {
  return { name, type: 'string', ...more, cell: (object) => cell(object as never) ?? '<none>' };
}

/** The column that every table starts with. */
export const nameColumn: Column = column('Name', ({ metadata }: KubeObject) => metadata.name);

/** The column of an object's age. */
export const ageColumn: Column = column('Age', ({ metadata }: KubeObject) =>
  ageOf(metadata.creationTimestamp),
);

/** A column that only `-o wide` shows. */
export function wideColumn(name: string, cell: (object: never) => Cell): Column {
  return column(name, cell, { priority: 1 });
}

/** Writes how long ago a moment was, as kubectl shows it. */
export function ageOf(timestamp: string | undefined): string {
  if (timestamp === undefined) return '<unknown>';
  const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(timestamp)) / 1_000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  if (seconds < 120) return `${seconds}s`;
  if (minutes < 10) return joined(`${minutes}m`, seconds % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  if (hours < 8) return joined(`${hours}h`, minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  return days < 8 ? joined(`${days}d`, hours % 24, 'h') : `${days}d`;
}

function joined(head: string, rest: number, unit: string): string {
  return rest === 0 ? head : `${head}${rest}${unit}`;
}
