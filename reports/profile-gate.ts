/**
 * Refuses to run scenarios while no profile is chosen: one clear message instead of a failure of each.
 */
import type { Reporter, Suite } from '@playwright/test/reporter';

const refusal =
  'Running scenarios: no profile is chosen, so there is no stack to run them on. ' +
  'Run "npm run conformance", which starts the profile "embedded" or the one of --profile; for the tests of the project itself run "npm run test:unit".';

/** Stops a run that holds scenarios; it stands only in the configuration without a profile. */
export class ProfileGate implements Reporter {
  readonly #project: string;

  constructor(options: { readonly project: string }) {
    this.#project = options.project;
  }

  preprocess({ suite }: { readonly suite: Suite }): Promise<void> {
    if (!suite.suites.some(({ title }) => title === this.#project)) {
      return Promise.resolve();
    }
    const error = new Error(refusal);
    // The place in this file would only distract from the message.
    error.stack = refusal;
    return Promise.reject(error);
  }

  printsToStdio(): boolean {
    return false;
  }
}

export default ProfileGate;
