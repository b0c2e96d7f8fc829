import { scimRoleName } from './world.js';

export type TeamRole = { id: string; name: string; permissions: string[] };
/** As much of a role as matching needs. */
type Named = { id: string; name: string };

/** What keeps a role's name from being exactly `scim:` + the value. */
export type Miss = 'prefix' | 'case' | 'spaces' | 'punctuation';

export type NearMiss<Role extends Named = Named> = { role: Role; because: Miss[] };
export type Match<Role extends Named> = { role: Role | null; nearMiss: NearMiss<Role> | null };

/**
 * For each value: the role that it gives, or, where none does, the role that was probably meant. A near miss grants
 * nothing: it is shown, with a way to put it right. The roles are sorted once, so many values cost no more than a few. Pure.
 */
export function roleMatcher<Role extends Named>(roles: readonly Role[]): (value: string) => Match<Role> {
  const byName = new Map(roles.map((role) => [role.name, role]));
  const alike = new Map<string, Role[]>();
  for (const role of roles) {
    const key = bare(withoutPrefix(role.name));
    const others = alike.get(key);
    if (others === undefined) alike.set(key, [role]);
    else others.push(role);
  }
  return (value) => {
    const role = byName.get(scimRoleName(value)) ?? null;
    if (role !== null) return { role, nearMiss: null };
    const near = (alike.get(bare(value)) ?? [])
      .map((one) => ({ role: one, because: missesOf(value, one.name) }))
      .filter((one): one is NearMiss<Role> => one.because !== null)
      .sort((a, b) => a.because.length - b.because.length || (a.role.name < b.role.name ? -1 : 1));
    return { role: null, nearMiss: near[0] ?? null };
  };
}

/** Only roles whose names begin so are given and taken by SCIM, and changed here. */
export function isScimRole(name: string): boolean {
  return name.startsWith(scimRoleName(''));
}

/** Null: not the same name by any stretch. */
function missesOf(value: string, name: string): Miss[] | null {
  const rest = withoutPrefix(name);
  if (bare(rest) === '' || bare(rest) !== bare(value)) return null;
  const isOnlyCase = unspaced(rest).toLowerCase() === unspaced(value).toLowerCase();
  return [
    ...(isScimRole(name) ? [] : (['prefix'] as const)),
    ...(isOnlyCase && unspaced(rest) !== unspaced(value) ? (['case'] as const) : []),
    ...(isOnlyCase && rest.toLowerCase() !== value.toLowerCase() ? (['spaces'] as const) : []),
    ...(isOnlyCase ? [] : (['punctuation'] as const)),
  ];
}

function withoutPrefix(name: string): string {
  return name.replace(/^\s*scim\s*:/i, '');
}

function unspaced(text: string): string {
  return text.replace(/\s/g, '');
}

function bare(text: string): string {
  return text.toLowerCase().replace(/[\s_.-]/g, '');
}
