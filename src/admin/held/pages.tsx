import { type Database, withDatabaseErrors } from '../../database/database.js';
import { RequestProblem } from '../../errors/request-problem.js';
import { Refusal } from '../../http/refusal.js';
import { sendPage } from '../../http/render.js';
import { sendCsv } from '../../http/send-csv.js';
import { discardHeld, type HoldSummary, heldPeople, holdOfTeam } from '../../sync/holds/holds.js';
import { releaseHeld } from '../../sync/holds/release-hold.js';
import type { ReadMembers } from '../../sync/members/read-members.js';
import { pluralize } from '../../text/pluralize.js';
import type { Admin } from '../authorize.js';
import type { Handler } from '../router.js';
import { heldCsv } from './held-csv.js';
import { HeldPage } from './held-page.js';

export type HeldDependencies = { database: Database; readMembers: ReadMembers };

/** Handlers of /settings/scim/held: the people who were missing at once, and the admin's decision about them. */
export function heldPages(deps: HeldDependencies) {
  const { database } = deps;
  return {
    show: async (admin, { query }, response) => {
      const hold = await holdOfTeam(deps, admin.team.id);
      const q = textIn(query, 'q').slice(0, 200);
      const from = /^\d{1,9}$/.test(textIn(query, 'from')) ? Number(textIn(query, 'from')) : 0;
      const people = hold === null ? null : await heldPeople(deps, hold.id, { q, from });
      const done = textIn(query, 'done');
      sendPage(response, <HeldPage admin={admin} hold={hold} people={people} q={q} done={done} />);
    },
    exportCsv: async (admin, _request, response) => {
      const hold = await holdOfTeam(deps, admin.team.id);
      if (hold === null) throw new Refusal('not_found', nothingHeld);
      await sendCsv(response, 'missing-people.csv', heldCsv(database, hold.id));
    },
    keep: async (admin, { body }, response) => {
      const hold = await chosenHold(deps, admin, body);
      const { discarded } = await decided(() => discardHeld(deps, hold.id, actOf(admin)));
      redirect(response, `${pluralize(discarded.length, 'person keeps', 'people keep')} access.`);
    },
    deactivate: async (admin, { body }, response) => {
      const hold = await chosenHold(deps, admin, body);
      if (textIn(body, 'count').replaceAll(/[,.\s]/g, '') !== String(hold.users)) {
        throw new Refusal('bad_input', `Type how many people lose their access: ${hold.users}. Nothing was done.`);
      }
      const { released, skipped } = await decided(() => releaseHeld(deps, hold.id, actOf(admin)));
      const lost = pluralize(released.length, 'person has', 'people have');
      const kept =
        skipped.length === 0
          ? ''
          : ` ${pluralize(skipped.length, 'person', 'people')} kept access: they are active in the directory, or could not be checked.`;
      redirect(response, `${lost} no access any more.${kept}`);
    },
  } satisfies Record<string, Handler>;
}

const nothingHeld = 'Nobody waits for a decision any more. Look at People to see who has access.';
const changed = 'This was decided already, or more people are missing by now. Look again, then decide.';

/** The hold that the admin saw. It must be the team's own, and still the open one. */
async function chosenHold({ database }: HeldDependencies, admin: Admin, body: unknown): Promise<HoldSummary> {
  const hold = await holdOfTeam({ database }, admin.team.id);
  if (hold === null) throw new Refusal('not_found', nothingHeld);
  if (hold.id !== textIn(body, 'hold')) throw new Refusal('changed_meanwhile', changed);
  return hold;
}

/** Another person may decide at the same moment. */
async function decided<T>(decide: () => Promise<T>): Promise<T> {
  try {
    return await withDatabaseErrors(decide);
  } catch (error) {
    if (error instanceof RequestProblem) throw new Refusal('changed_meanwhile', changed);
    throw error;
  }
}

function actOf({ person, team }: Admin) {
  return { actor: person.memberId, reason: 'decided in Settings > SCIM', teamId: team.id };
}

function textIn(from: unknown, name: string): string {
  const value = (from as Record<string, unknown> | undefined)?.[name];
  return typeof value === 'string' ? value.trim() : '';
}

function redirect(response: Parameters<Handler>[2], done: string): void {
  response.redirect(303, `/settings/scim/held?${new URLSearchParams({ done })}`);
}
