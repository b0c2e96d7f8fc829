import type { DirectoryMember } from '../../directory/member.js';
import { roleValueKey } from '../../directory/role-values.js';
import type { Reading } from '../../directory/world.js';
import { TransientError } from '../../errors/errors.js';
import type { ReadMembers } from './read-members.js';

/** If a search lacks a part for every member, five members show it. */
const sampleSize = 5;

/**
 * Reads some of the members directly from whom a search would revoke something.
 * @returns false if one of them has more than the search shows: then the whole search is discarded
 * @throws TransientError if none of them can be read
 */
export async function spotCheck(readMembers: ReadMembers, readings: readonly Reading[]): Promise<boolean> {
  const step = Math.max(1, Math.floor(readings.length / sampleSize));
  const sample = readings.filter((_, i) => i % step === 0).slice(0, sampleSize);
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

function hasMore(direct: DirectoryMember, searched: DirectoryMember): boolean {
  if (direct.presence === 'gone' || searched.presence === 'gone') return false;
  const found = new Set(searched.roleValues.map(roleValueKey));
  return (
    direct.roleValues.some((value) => !found.has(roleValueKey(value))) ||
    (direct.externalId !== null && searched.externalId === null)
  );
}
