import { expect, test } from '@playwright/test';
import { environmentOf, newRunId, runContext, runContextIfSet } from './config.ts';
import { labelKeys, labelsFor, runOfTags, selectorFor, slug, tagFor } from './labels.ts';

test.describe('the context of a run', () => {
  test('survives the way through the environment of a child process', () => {
    const context = {
      runId: 'run-1',
      profile: 'lab',
      outDir: '/var/tmp/out',
      brokerSocket: '/run/broker.sock',
      stackSocket: '/run/stack.sock',
      spareSocket: '/run/spare.sock',
      mutantPlan: '/var/tmp/out/plan.json',
    };

    expect(runContext(environmentOf(context))).toEqual(context);
  });

  test('is absent when no profile is chosen, and says how to choose one', () => {
    expect(runContextIfSet({})).toBeUndefined();
    expect(() => runContext({ KC_PROFILE: '' })).toThrow(
      "Reading the run's context: KC_PROFILE is not set. Choose a profile with " +
        '"npm run conformance -- --profile NAME_OR_FILE".',
    );
  });

  test('gets a run id of its own, which is a label value', () => {
    const { runId, outDir } = runContext({ KC_PROFILE: 'lab' });

    expect(runId).toMatch(/^\d{6}-\d{4}-[0-9a-f]{6}$/);
    expect(outDir).toMatch(new RegExp(`/reports/out/${runId}$`));
    expect(newRunId()).not.toBe(newRunId());
  });

  test('refuses a run id that is no label value', () => {
    expect(() => runContext({ KC_PROFILE: 'lab', KC_RUN_ID: 'Run 1' })).toThrow(
      'KC_RUN_ID is "Run 1"',
    );
  });
});

test.describe('the marks of a run', () => {
  test('name the run on both sides', () => {
    expect(labelsFor('run-1', 'a Pod: is a Neutron port')).toEqual({
      [labelKeys.run]: 'run-1',
      [labelKeys.scenario]: 'a-pod-is-a-neutron-port',
    });
    expect(selectorFor('run-1')).toBe('kuryr-conformance.io/run=run-1');
    expect(selectorFor()).toBe('kuryr-conformance.io/run');
    expect(runOfTags(['kuryr', tagFor('run-1')])).toBe('run-1');
    expect(runOfTags(['kuryr'])).toBeUndefined();
  });

  test('stay different when they have to be cut', () => {
    const [one, two] = [slug(`${'x'.repeat(80)} one`), slug(`${'x'.repeat(80)} two`)];

    expect(one).toHaveLength(63);
    expect(one).not.toBe(two);
    expect(slug('§§')).toMatch(/^[0-9a-f]{8}$/);
  });
});
