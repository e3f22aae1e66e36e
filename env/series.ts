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

/** Every release line of Kuryr, oldest first; 10.0 is the last one there will ever be. */
export const kuryrReleases = [
  '0.4',
  '0.5',
  '1.0',
  '1.1',
  '2.0',
  '3.0',
  '4.0',
  '5.0',
  '6.0',
  '7.0',
  '8.0',
  '9.0',
  '10.0',
] as const;

/** A release line of Kuryr. */
export type KuryrRelease = (typeof kuryrReleases)[number];

/** Compares two release lines: negative when the first is the older one. */
export function compareKuryr(a: KuryrRelease, b: KuryrRelease): number {
  return kuryrReleases.indexOf(a) - kuryrReleases.indexOf(b);
}

/** The release line that belongs to a series: one for each from Queens on, and the last one after 2024.1. */
export function kuryrOfSeries(series: OpenStackSeries): KuryrRelease {
  return kuryrReleases[openStackSeries.indexOf(series)] ?? '10.0';
}
