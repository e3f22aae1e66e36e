/**
 * The OpenStack series and the Kuryr releases that a stack can be made of, oldest first, so that
 * "since" and "until" of a requirement can be compared. The two axes are independent: a cloud newer
 * than 2024.1 is driven by Kuryr 10.0.0, the last release.
 */

/** Every OpenStack series known here, oldest first. */
export const openStackSeries = [
  'queens',
  'rocky',
  'stein',
  'train',
  'ussuri',
  'victoria',
  'wallaby',
  'xena',
  'yoga',
  'zed',
  '2023.1',
  '2023.2',
  '2024.1',
  '2024.2',
  '2025.1',
  '2025.2',
  '2026.1',
  '2026.2',
] as const;

/** An OpenStack series. */
export type OpenStackSeries = (typeof openStackSeries)[number];

/** Compares two series: negative when the first is the older one. */
export function compareSeries(a: OpenStackSeries, b: OpenStackSeries): number {
  return openStackSeries.indexOf(a) - openStackSeries.indexOf(b);
}
