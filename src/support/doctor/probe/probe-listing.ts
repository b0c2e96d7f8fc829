import { randomUUID } from 'node:crypto';
import { asRecord } from '../../../directory/json.js';
import type { ProbeSearch } from '../../../stytch/probe.js';
import { question } from '../question.js';
import { costly, failed, fine, harmful, type Measurement, type Seen } from './fact.js';
import { bodyOf, type Ground } from './ground.js';
import { everybody } from './probe-joining.js';
import { allStatuses } from './search-lag.js';

/** What a search accepts, and how its lists end. */
export function listingMeasurements(ground: Ground): Measurement[] {
  return [
    question(`${idsWanted.toLocaleString('en')} made-up ids in one search`, () => idsAccepted(ground), capSeen),
    question('the end of a list of members', () => endOfList(ground), endSeen),
    question('a search without hits', () => withoutHits(ground), noHitsSeen),
  ];
}

/** As many as we ask for at once. */
const idsWanted = 1000;

type Cap = { accepted: number; refusal: string };

/** Halves the number until it is accepted. */
async function idsAccepted(ground: Ground): Promise<Cap> {
  let refusal = '';
  for (let accepted = idsWanted; accepted >= 1; accepted = Math.floor(accepted / 2)) {
    const memberIds = Array.from({ length: accepted }, () => `member-test-${randomUUID()}`);
    const answer = await search(ground, { memberIds, statuses: allStatuses, limit: 1000 });
    if ('body' in answer) return { accepted, refusal };
    // Only a refusal of the request says something about its size.
    if (answer.status < 400 || answer.status >= 500 || [401, 403, 408, 429].includes(answer.status))
      failed(`members.search by ${accepted} ids was answered with ${answer.refusal}`);
    refusal ||= answer.refusal;
  }
  return { accepted: 0, refusal };
}

function capSeen({ accepted, refusal }: Cap): Seen {
  const numbers = { accepted };
  if (refusal === '') return { ...fine('accepted', 'As many as Scanner asks for at once.'), numbers };
  if (accepted === 0) {
    const meaning = 'Scanner can not read people in batches: a backlog is slow. Tell the developers.';
    return { ...harmful(`refused, down to one: ${refusal}`, meaning), numbers };
  }
  const times = Math.ceil(idsWanted / accepted);
  const meaning = `Scanner halves what is refused, and remembers it: a backlog takes ${times} times as many searches.`;
  return { ...costly(`refused: ${refusal}; ${accepted} are accepted`, meaning), numbers };
}

/** More pages than this, with one member each, are a list without an end: there are three members. */
const pagesMax = 20;

type EndOfList = { endless: string } | { end: string };

async function endOfList(ground: Ground): Promise<EndOfList> {
  await everybody(ground);
  const seen = new Set<string>();
  let cursor: string | undefined;
  for (let page = 1; page <= pagesMax; page++) {
    const request = { statuses: allStatuses, limit: 1, ...(cursor === undefined ? {} : { cursor }) };
    const body = bodyOf('members.search', await search(ground, request));
    const { next_cursor } = asRecord(body.results_metadata);
    if (typeof next_cursor !== 'string' || next_cursor === '')
      return { end: `next_cursor ${formOf(next_cursor)}, on page ${page} of one each` };
    if (seen.has(next_cursor)) return { endless: 'next_cursor comes a second time' };
    seen.add(next_cursor);
    cursor = next_cursor;
  }
  return { endless: `next_cursor is there after ${pagesMax} pages of one member, and there are three members` };
}

function endSeen(list: EndOfList): Seen {
  if ('end' in list) return fine(list.end, 'Null, empty and missing all end a list.');
  return harmful(
    list.endless,
    'Sweeps fail: a list without an end is never believed. Tell the developers, and Stytch.',
  );
}

function withoutHits(ground: Ground): Promise<Record<string, unknown>> {
  const request = { memberIds: [`member-test-${randomUUID()}`], statuses: allStatuses, limit: 1000 };
  return search(ground, request).then((answer) => bodyOf('members.search', answer));
}

function noHitsSeen({ members, results_metadata }: Record<string, unknown>): Seen {
  const answer = `members ${formOf(members)}, next_cursor ${formOf(asRecord(results_metadata).next_cursor)}`;
  if (Array.isArray(members)) return fine(answer, 'It means: nobody.');
  if (typeof results_metadata === 'object' && results_metadata !== null)
    return fine(answer, 'No list beside results_metadata means: nobody.');
  return costly(
    answer,
    'Scanner treats it as no answer and asks again: hints about unknown people fail. Tell the developers.',
  );
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
