/**
 * Events of events.k8s.io, which are the core events in other words.
 */
import type { Event, KubeObject } from '../objects.ts';
import type { Kind, View } from './kind.ts';

interface NewEvent extends KubeObject {
  regarding?: unknown;
  note?: string;
  deprecatedCount?: number;
  deprecatedFirstTimestamp?: string;
  deprecatedLastTimestamp?: string;
  deprecatedSource?: unknown;
  reportingController?: string;
}

const renamed = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['count', 'deprecatedCount'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['source', 'deprecatedSource'],
  ['reportingComponent', 'reportingController'],
] as const satisfies readonly (readonly [keyof Event, keyof NewEvent])[];

function translated(object: object, words: ReadonlyMap<string, string>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => [words.get(key) ?? key, value]),
  );
}

/** How events of events.k8s.io are kept as core events. */
export function eventsView(core: Kind): View {
  const toNew = new Map<string, string>(renamed);
  const toCore = new Map<string, string>(renamed.map(([old, name]) => [name, old]));
  return {
    of: core,
    fromStored: (object) => ({
      ...(translated(object, toNew) as unknown as KubeObject),
      apiVersion: 'events.k8s.io/v1',
    }),
    toStored: (object) => ({
      involvedObject: {},
      ...(translated(object, toCore) as unknown as KubeObject),
      apiVersion: 'v1',
    }),
  };
}
