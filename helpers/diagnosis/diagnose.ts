/**
 * Names the first broken link of the chain for a scenario that has failed: what does not fit together among
 * the objects comes first, and where all of them do, what the failure itself says.
 */
import { brokenPodLinks } from './pod-links.ts';
import { brokenPolicyLinks } from './policy-links.ts';
import { type Finding, firstOf } from './finding.ts';
import { type NamespaceIdentity, type Picture, pictureOf, type Sides } from './picture.ts';
import { brokenServiceLinks } from './service-links.ts';
import { podsIn, symptomOf } from './symptoms.ts';

/** Explains a failure by its messages and by what the namespaces of its scenario have. */
export async function diagnose(
  sides: Sides,
  namespaces: readonly NamespaceIdentity[],
  messages: readonly string[],
): Promise<Finding | undefined> {
  // A diagnosis that cannot look must not hide the failure that it is about.
  const picture = await pictureOf(sides, namespaces).catch(() => undefined);
  return explained(picture, messages);
}

/** The same from a picture that was taken before. */
export function explained(
  picture: Picture | undefined,
  messages: readonly string[],
): Finding | undefined {
  const symptoms = messages.flatMap((message) => symptomOf(message, picture) ?? []);
  const leak = symptoms.find(({ layer }) => layer === 'clean-up');
  if (leak !== undefined) return leak;
  if (picture === undefined) return symptoms[0];
  const concerned = podsIn(messages[0] ?? '', picture);
  const broken = [
    // Another pod may be on its way, whoever it is that was not reached.
    ...brokenPodLinks(picture).filter(({ pod }) => pod === undefined || concerned.has(pod)),
    ...brokenPolicyLinks(picture),
    ...brokenServiceLinks(picture),
  ];
  return firstOf(broken) ?? symptoms[0];
}
