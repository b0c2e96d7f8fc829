import { asRecord } from '../../../directory/json.js';
import { directoryMemberOf } from '../../../directory/member.js';
import { fine, harmful, type Seen } from './fact.js';

/** Deeper fields are not compared. A member object is four deep. */
const depthMax = 6;
const namedMax = 10;

/**
 * Pure. The paths of the fields that one object has and the other lacks: only the topmost, `scim_registration` and not each
 * field in it. Null is the same as missing. All items of a list count as one: `groups[].display`.
 */
export function fieldsMissing(than: unknown, of: unknown, path = '', depth = 0): string[] {
  if (than === null || than === undefined || depth > depthMax) return [];
  if (of === null || of === undefined) return [path];
  if (Array.isArray(than)) return fieldsMissing(merged(than), merged(of), `${path}[]`, depth + 1);
  return Object.entries(asRecord(than)).flatMap(([key, value]) =>
    fieldsMissing(value, asRecord(of)[key], path === '' ? key : `${path}.${key}`, depth + 1),
  );
}

/** One record with the fields of all items; undefined for an empty list. */
function merged(list: unknown): unknown {
  if (!Array.isArray(list) || list.length === 0) return undefined;
  return Object.assign({}, ...list.map(asRecord));
}

/** Pure. One member by a direct read and by search: what each one lacks, and whether our rules read the same from both. */
export function fieldsSeen(got: Record<string, unknown>, found: Record<string, unknown>): Seen {
  const list = (who: string, paths: string[]) =>
    paths.length === 0
      ? []
      : [`${who} lacks ${paths.slice(0, namedMax).join(', ')}${paths.length > namedMax ? ', …' : ''}`];
  const [direct, searched] = [readBy(got), readBy(found)];
  const differing = Object.keys({ ...direct, ...searched }).filter(
    (key) => JSON.stringify(direct[key]) !== JSON.stringify(searched[key]),
  );
  const differences = [
    ...list('search', fieldsMissing(got, found)),
    ...list('get', fieldsMissing(found, got)),
    ...(differing.length === 0 ? [] : [`by our rules they differ in ${differing.join(', ')}`]),
  ];
  const answer = differences.length === 0 ? 'the same' : differences.join('; ');
  if (differing.length === 0) return fine(answer, 'All that Scanner reads is the same in both.');
  const meaning = `By search people have other ${differing.join(' and ')}: each of them needs a direct read, and sweeps are slow. Tell the developers.`;
  return harmful(answer, meaning);
}

/** What our rules read from a member. */
function readBy(member: Record<string, unknown>): Record<string, unknown> {
  const { isComplete: _, ...taken } = asRecord(directoryMemberOf(member)); // it describes the answer, not the member
  return taken;
}
