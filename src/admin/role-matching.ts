import { scimRoleName } from '../directory/world.js';

export type TeamRole = { id: string; name: string; permissions: string[] };

/** What keeps a role's name from being exactly `scim:` + the value. */
export type Miss = 'prefix' | 'case' | 'spaces' | 'punctuation';

export type NearMiss = { role: TeamRole; because: Miss[] };

/**
 * The role that a value gives, or, where none does, the role that was probably meant. A near miss grants nothing: it is
 * shown, with a way to put it right. Pure.
 */
export function matchRole(
  value: string,
  roles: readonly TeamRole[],
): { role: TeamRole | null; nearMiss: NearMiss | null } {
  const role = roles.find(({ name }) => name === scimRoleName(value)) ?? null;
  if (role !== null) return { role, nearMiss: null };
  const near = roles
    .map((one) => ({ role: one, because: missesOf(value, one.name) }))
    .filter((one): one is NearMiss => one.because !== null)
    .sort((a, b) => a.because.length - b.because.length || (a.role.name < b.role.name ? -1 : 1));
  return { role: null, nearMiss: near[0] ?? null };
}

/** Only roles whose names begin so are given and taken by SCIM, and changed here. */
export function isScimRole(name: string): boolean {
  return name.startsWith(scimRoleName(''));
}

/** Null: not the same name by any stretch. */
function missesOf(value: string, name: string): Miss[] | null {
  const rest = name.replace(/^\s*scim\s*:/i, '');
  if (bare(rest) === '' || bare(rest) !== bare(value)) return null;
  const isOnlyCase = unspaced(rest).toLowerCase() === unspaced(value).toLowerCase();
  return [
    ...(isScimRole(name) ? [] : (['prefix'] as const)),
    ...(isOnlyCase && unspaced(rest) !== unspaced(value) ? (['case'] as const) : []),
    ...(isOnlyCase && rest.toLowerCase() !== value.toLowerCase() ? (['spaces'] as const) : []),
    ...(isOnlyCase ? [] : (['punctuation'] as const)),
  ];
}

function unspaced(text: string): string {
  return text.replace(/\s/g, '');
}

function bare(text: string): string {
  return text.toLowerCase().replace(/[\s_.-]/g, '');
}
