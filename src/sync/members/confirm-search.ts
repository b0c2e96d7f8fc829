import type { DirectoryMember } from '../../directory/member.js';
import { roleValueKey } from '../../directory/role-values.js';
import type { Reading } from '../../directory/world.js';
import { TransientError } from '../../errors/errors.js';
import type { ReadMembers } from './read-members.js';

/** How many of a search's members are asked about directly: enough to see that an answer lacks a part for everybody. */
const asked = 5;

/**
 * Asks Stytch directly about some of the members whom a search would take something from.
 * @returns false if one of them has more than the search says: then nothing of it can be believed
 * @throws TransientError when Stytch says nothing about any of them
 */
export async function spotCheck(readMembers: ReadMembers, readings: readonly Reading[]): Promise<boolean> {
  const step = Math.max(1, Math.floor(readings.length / asked));
  const sample = readings.filter((_, i) => i % step === 0).slice(0, asked);
  const answers = await readMembers(sample.map(({ member }) => ({ memberId: member.memberId, organizationId: null })));
  const answered = sample.flatMap(({ member }) => {
    const answer = answers.get(member.memberId);
    return answer === undefined || answer instanceof Error ? [] : [{ searched: member, direct: answer.member }];
  });
  if (answered.length === 0)
    throw new TransientError('A search could not be confirmed: Stytch answers no direct question.');
  return answered.every(({ searched, direct }) => !hasMore(direct, searched));
}

function hasMore(direct: DirectoryMember, searched: DirectoryMember): boolean {
  if (direct.presence === 'gone' || searched.presence === 'gone') return false;
  const said = new Set(searched.roleValues.map(roleValueKey));
  return (
    direct.roleValues.some((value) => !said.has(roleValueKey(value))) ||
    (direct.externalId !== null && searched.externalId === null)
  );
}
