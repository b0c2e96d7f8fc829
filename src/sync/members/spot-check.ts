import type { DirectoryMember } from '../../directory/member.js';
import { roleValueKey } from '../../directory/role-values.js';
import type { Reading } from '../../directory/world.js';
import type { Verdict } from '../apply/converge.js';
import type { MembersRead, ReadMembers } from './read-members.js';

/**
 * Read at once, in 150 ms. If the search is wrong about every member, one shows it. If it is wrong about a third, ten show it
 * with 98 %.
 */
const sampleSize = 10;

/** Reads some members of each group directly, and compares. `refuted`: one of them has more than the search shows. */
export async function spotCheck(readMembers: ReadMembers, groups: readonly (readonly Reading[])[]): Promise<Verdict[]> {
  const samples = groups.map(randomSample);
  const wanted = samples.flat().map(({ member }) => ({ memberId: member.memberId, organizationId: null }));
  const answers = await readMembers(wanted);
  return samples.map((sample) => verdictOn(sample, answers));
}

function verdictOn(sample: readonly Reading[], answers: MembersRead): Verdict {
  const compared = sample.flatMap(({ member }) => {
    const answer = answers.get(member.memberId);
    return answer === undefined || answer instanceof Error ? [] : [{ searched: member, direct: answer.member }];
  });
  if (compared.length === 0) return 'unanswered';
  return compared.some(({ searched, direct }) => hasMore(direct, searched)) ? 'refuted' : 'confirmed';
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
