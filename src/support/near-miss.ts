import { scimRoleName } from '../directory/world.js';

/**
 * The role that somebody probably meant by an IdP value: it differs in case or spaces only, or lacks the `scim:`. Such a
 * role grants nothing, as privilege is never guessed; it is shown, so that a person can correct the name. Pure.
 */
export function nearMiss(value: string, roleNames: readonly string[]): string | null {
  const exact = scimRoleName(value);
  if (roleNames.includes(exact)) return null;
  const meant = loosely(exact);
  return roleNames.find((name) => loosely(name) === meant || loosely(scimRoleName(name)) === meant) ?? null;
}

function loosely(name: string): string {
  return name
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ')
    .replace(/\s*:\s*/g, ':')
    .trim();
}
