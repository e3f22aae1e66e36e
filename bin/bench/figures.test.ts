import { expect, test } from '@playwright/test';
import { quantile, tableOf } from './figures.ts';

test('figures are told by smallest, middle and greatest, and as a ratio', () => {
  const node = { name: 'empty node', unit: 'ms', values: [30, 10, 20] } as const;
  const text = tableOf([node, { name: 'stack', unit: 'ms', values: [50, 60, 40], against: node }]);

  expect(quantile([3, 1, 2], 0.5)).toBe(2);
  expect(text.split('\n')[1]).toMatch(/^empty node +ms +3 +10 +20 +30$/);
  expect(text.split('\n')[2]).toMatch(/^stack +ms +3 +40 +50 +60 +2\.50 x empty node$/);
});

test('a figure that nobody has measured is told as none', () => {
  expect(tableOf([{ name: 'x', unit: 'ms', values: [] }])).toMatch(/x +ms +0 +none +none +none$/);
});
