import type { DirectoryMember } from '../../directory/member.js';
import { roleValueKey } from '../../directory/role-values.js';
import type { Reading } from '../../directory/world.js';
import { TransientError } from '../../errors/errors.js';
import type { ReadMembers } from './read-members.js';

/**
 * Read at once, in 150 ms. If the search is wrong about every member, one shows it. If it is wrong about a third, ten show it
 * with 98 %.
 */
const sampleSize = 10;

/**
 * Reads some of the members directly from whom a search would revoke something.
 * @returns false if one of them has more than the search shows
 * @throws TransientError if none of them can be read
 */
export async function spotCheck(readMembers: ReadMembers, readings: readonly Reading[]): Promise<boolean> {
  const sample = randomSample(readings);
  const answers = await readMembers(sample.map(({ member }) => ({ memberId: member.memberId, organizationId: null })));
  const compared = sample.flatMap(({ member }) => {
    const answer = answers.get(member.memberId);
    return answer === undefined || answer instanceof Error ? [] : [{ searched: member, direct: answer.member }];
  });
  if (compared.length === 0) {
    throw new TransientError(
      'A Stytch search would revoke roles from many members, and no direct read could confirm it. It will be tried again.',
    );
  }
  return compared.every(({ searched, direct }) => !hasMore(direct, searched));
}

/** Random, because members that an IdP sends in turns would fool a regular one. */
function randomSample(readings: readonly Reading[]): Reading[] {
  const drawn = readings.map((reading) => ({ reading, order: Math.random() })).sort((a, b) => a.order - b.order);
  return drawn.slice(0, sampleSize).map(({ reading }) => reading);
}

function hasMore(direct: DirectoryMember, searched: DirectoryMember): boolean {
  if (direct.presence === 'gone' || searched.presence === 'gone') return false;
  const found = new Set(searched.roleValues.map(roleValueKey));
  return (
    direct.roleValues.some((value) => !found.has(roleValueKey(value))) ||
    (direct.externalId !== null && searched.externalId === null)
  );
}
