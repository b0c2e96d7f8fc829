import { scimRoleName } from './world.js';

export type TeamRole = { id: string; name: string; permissions: string[] };
type Named = { id: string; name: string };

/** What is different in a role's name, compared with `scim:` + the value. */
export const misses = ['prefix', 'case', 'spaces', 'punctuation', 'characters', 'list'] as const;
/**
 * `characters`: the names look the same but are not (composed and decomposed letters, invisible characters). `list`: the value
 * is several names in one text, and the role belongs to one of them.
 */
export type Miss = (typeof misses)[number];

export type NearMiss<Role extends Named = Named> = { role: Role; because: Miss[] };
export type Match<Role extends Named> = { role: Role | null; nearMiss: NearMiss<Role> | null };

/**
 * For each value: the role that it grants, or else the role that was probably meant. A near miss grants nothing; the admin
 * sees it, with a way to correct it. The roles are indexed once, so a lookup does not depend on their number.
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
    return { role: null, nearMiss: near[0] ?? listed(value, byName) };
  };
}

/** The role of one name in a list, for a value such as `analyst,admin`. */
function listed<Role extends Named>(value: string, byName: ReadonlyMap<string, Role>): NearMiss<Role> | null {
  const names = value
    .split(/[,;|]/)
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const role = names.length < 2 ? undefined : names.map((name) => byName.get(scimRoleName(name))).find(Boolean);
  return role === undefined ? null : { role, because: ['list'] };
}

/** True if SCIM grants and revokes this role, by its name. */
export function isScimRole(name: string): boolean {
  return name.startsWith(scimRoleName(''));
}

/** Null if the names are different, even without prefix, case, spaces and punctuation. */
function missesOf(value: string, name: string): Miss[] | null {
  const rest = withoutPrefix(name);
  if (bare(rest) === '' || bare(rest) !== bare(value)) return null;
  const [given, wanted] = [visible(rest), visible(value)];
  const isOnlyCase = unspaced(given).toLowerCase() === unspaced(wanted).toLowerCase();
  const because: [Miss, boolean][] = [
    ['prefix', !isScimRole(name)],
    ['case', isOnlyCase && unspaced(given) !== unspaced(wanted)],
    ['spaces', isOnlyCase && given.toLowerCase() !== wanted.toLowerCase()],
    ['punctuation', !isOnlyCase],
    ['characters', given === wanted && rest !== value],
  ];
  return because.filter(([, is]) => is).map(([miss]) => miss);
}

/** The text as a person sees it: one form for each letter, without invisible characters. */
function visible(text: string): string {
  return text.normalize('NFC').replace(/\p{Cf}/gu, '');
}

function withoutPrefix(name: string): string {
  return name.replace(/^\s*scim\s*:/i, '');
}

function unspaced(text: string): string {
  return text.replace(/\s/g, '');
}

function bare(text: string): string {
  return visible(text.normalize('NFKC'))
    .toLowerCase()
    .replace(/[\s_.\p{Pd}\u2212]/gu, '');
}
