import { randomUUID } from 'node:crypto';
import { asRecord } from '../../../directory/json.js';
import type { ProbeSearch } from '../../../stytch/probe.js';
import { costly, failed, fine, harmful, type Measurement, type Seen } from './fact.js';
import { bodyOf, type Ground } from './ground.js';
import { everybody } from './probe-joining.js';
import { allStatuses } from './search-lag.js';

/** What a search takes, and how its lists end. */
export function listingMeasurements(ground: Ground): Measurement[] {
  return [
    { question: `${idsWanted.toLocaleString('en')} made-up ids in one search`, measure: () => idsTaken(ground) },
    { question: 'the end of a list of members', measure: () => endOfList(ground) },
    { question: 'a search without hits', measure: () => withoutHits(ground) },
  ];
}

/** As many as we ask for at once. */
const idsWanted = 1000;

/** Halved, until they are taken. */
async function idsTaken(ground: Ground): Promise<Seen> {
  let refusal = '';
  for (let count = idsWanted; count >= 1; count = Math.floor(count / 2)) {
    const memberIds = Array.from({ length: count }, () => `member-test-${randomUUID()}`);
    const answer = await search(ground, { memberIds, statuses: allStatuses, limit: 1000 });
    if ('body' in answer) return capSeen(count, refusal);
    // Only a refusal of the request says something of its size.
    if (answer.status < 400 || answer.status >= 500 || [401, 403, 408, 429].includes(answer.status))
      failed(`members.search by ${count} ids was answered with ${answer.refusal}`);
    refusal ||= answer.refusal;
  }
  const meaning = 'Scanner can not read people together: a backlog is slow. Tell the developers.';
  return { ...harmful(`refused, down to one: ${refusal}`, meaning), numbers: { accepted: 0 } };
}

/** Pure. @param count the most that were taken */
export function capSeen(count: number, refusal: string): Seen {
  if (refusal === '')
    return { ...fine('accepted', 'As many as Scanner asks for at once.'), numbers: { accepted: count } };
  const answer = `refused: ${refusal}; ${count} are accepted`;
  const meaning = `Scanner halves what is refused, and remembers: a backlog takes ${Math.ceil(idsWanted / count)} times as many searches.`;
  return { ...costly(answer, meaning), numbers: { accepted: count } };
}

/** More pages than this, with one member each, are a list without an end. */
const pagesMax = 20;

async function endOfList(ground: Ground): Promise<Seen> {
  await everybody(ground);
  const seen = new Set<string>();
  let cursor: string | undefined;
  for (let page = 1; page <= pagesMax; page++) {
    const request = { statuses: allStatuses, limit: 1, ...(cursor === undefined ? {} : { cursor }) };
    const body = bodyOf('members.search', await search(ground, request));
    const { next_cursor } = asRecord(body.results_metadata);
    if (typeof next_cursor !== 'string' || next_cursor === '') return endSeen(body, page);
    if (seen.has(next_cursor)) return endless('next_cursor comes a second time');
    seen.add(next_cursor);
    cursor = next_cursor;
  }
  return endless(`next_cursor is there after ${pagesMax} pages of one member, and there are three`);
}

function endSeen(body: Record<string, unknown>, page: number): Seen {
  const meaning = 'Null, empty and missing all end a list.';
  return fine(
    `next_cursor ${formOf(asRecord(body.results_metadata).next_cursor)}, on page ${page} of one each`,
    meaning,
  );
}

function endless(answer: string): Seen {
  return harmful(answer, 'Sweeps fail: a list that does not end is never believed. Tell the developers, and Stytch.');
}

async function withoutHits(ground: Ground): Promise<Seen> {
  const memberIds = [`member-test-${randomUUID()}`];
  const body = bodyOf('members.search', await search(ground, { memberIds, statuses: allStatuses, limit: 1000 }));
  const { next_cursor } = asRecord(body.results_metadata);
  const answer = `members ${formOf(body.members)}, next_cursor ${formOf(next_cursor)}`;
  if (Array.isArray(body.members)) return fine(answer, 'Taken as: nobody.');
  const hasMetadata = typeof body.results_metadata === 'object' && body.results_metadata !== null;
  if (hasMetadata) return fine(answer, 'No list next to results_metadata is taken as: nobody.');
  return costly(answer, 'Taken as no answer, and asked again: hints about unknown people fail. Tell the developers.');
}

function search({ stytch, organizationId }: Ground, request: ProbeSearch) {
  return stytch.searchMembers(organizationId, request);
}

/** What kind of value it is, never the value. */
function formOf(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (value === '') return 'empty';
  if (Array.isArray(value)) return value.length === 0 ? '[]' : 'a list';
  return typeof value;
}
