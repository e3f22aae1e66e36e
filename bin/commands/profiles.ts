/**
 * Loads the profile that somebody has asked for. Kept apart from what --help needs, because clients are
 * slow to load.
 */
import { embeddedProfileNames, loadProfile, type Profile, ProfileError, profileNames } from '#env';
import { named } from './project.ts';
import { UsageError } from './usage.ts';

/** Loads a profile; a name that there is none of ends in the list of names. */
export async function knownProfile(name: string): Promise<Profile> {
  try {
    return await loadProfile(name);
  } catch (error) {
    if (error instanceof ProfileError && error.code === 'PROFILE_NOT_FOUND') {
      const rows = embeddedProfileNames().slice(1);
      const others = profileNames().filter((known) => !rows.includes(known));
      throw new UsageError(
        `${error.message} The known profiles are ${named(others)} and the ${rows.length} others of env/profiles/embedded.table.yaml.`,
      );
    }
    throw error;
  }
}
