import { heldCsv } from '../../admin/held/held-csv.js';
import { HeldPeople } from '../../admin/held/held-people.js';
import { RequestProblem } from '../../errors/request-problem.js';
import { Card } from '../../http/components/card.js';
import { ConfirmForm } from '../../http/components/confirm-form.js';
import { Facts } from '../../http/components/facts.js';
import { Notice } from '../../http/components/notice.js';
import { Pager, pagesAt } from '../../http/components/pager.js';
import { Table } from '../../http/components/table.js';
import { When } from '../../http/components/times.js';
import {
  discardHeld,
  type HeldPeoplePage,
  type HoldSummary,
  heldPage,
  heldPeople,
  holdSummary,
  holdsPerPage,
  shareText,
} from '../../sync/holds/holds.js';
import { askAboutSome, releaseHeld } from '../../sync/holds/release-hold.js';
import { pluralize } from '../../text/pluralize.js';
import { timeText } from '../../text/time.js';
import { field, fromIn } from '../console/form.js';
import type { Handler } from '../console/handler.js';
import { PersonLink, TeamLink, whyAddress } from '../console/names.js';
import { type Names, namesOf, nameText } from '../names.js';

/** Deactivations that wait for a person. */
export const held: Handler = async (parts, { query }) => {
  const { holds, from, total } = await heldPage(parts, fromIn(query));
  const done = field(query, 'done');
  const pages = pagesAt('/support/held', { from, shown: holds.length, total, perPage: holdsPerPage });
  const page = (
    <>
      <h1>Held deactivations</h1>
      {done !== '' && <Notice kind="good" title={done} />}
      <p class="lead">
        A sweep missed more than ten users and more than a tenth of the team at once. Absence is weak evidence, so they
        are still active. Ask the customer, then decide. The customer’s admin can decide, too, in Settings &gt; SCIM.
      </p>
      {holds.length === 0 && <p class="quiet">Nothing is held.</p>}
      {holds.map((hold) => (
        <Glance key={hold.id} hold={hold} />
      ))}
      <Pager what="holds" {...pages} />
    </>
  );
  return { tab: 'held', title: 'Held', page };
};

function Glance({ hold }: { hold: HoldSummary }) {
  const { id, teamId, teamName, users, since, first } = hold;
  const names = first.map((person) => nameText(person) || person.userId).join(', ');
  const more = users - first.length;
  return (
    <section class="card" aria-label={`Hold of ${teamName}`}>
      <h2>
        <TeamLink id={teamId} name={teamName} />
      </h2>
      <p>
        <strong>{shareText(hold)}</strong> missing, since <When at={since} />
      </p>
      <p class="quiet">
        {names}
        {more > 0 && `, and ${more.toLocaleString('en')} more`}
      </p>
      <p class="actions">
        <a href={`/support/held/${id}`} class="button">
          Look, and decide
        </a>
      </p>
    </section>
  );
}

/** One of them: all that a decision needs. */
export const hold: Handler = async (parts, { id, query }) => {
  const hold = await holdSummary(parts, id);
  const q = field(query, 'q').slice(0, 200);
  const [people, sample] = await Promise.all([
    heldPeople(parts, hold.id, { q, from: fromIn(query) }),
    askAboutSome(parts, hold.id),
  ]);
  const names = await namesOf(parts.database, { people: sample.map(({ userId }) => userId) });
  const page = <HoldPage hold={hold} people={people} q={q} sample={sample} names={names} />;
  return { tab: 'held', title: `Held: ${hold.teamName}`, page };
};

/** The names, to send to the customer. */
export const holdCsv: Handler = async (parts, { id }) => {
  const hold = await holdSummary(parts, id);
  return { csv: heldCsv(parts.database, hold.id), name: 'missing-people.csv' };
};

/** Deactivates the users of a hold. The person has typed how many they are. */
export const release: Handler = async (parts, { id, body, act }) => {
  const hold = await holdSummary(parts, id);
  requireCount(field(body, 'count'), hold.users);
  const { released, skipped } = await releaseHeld(parts, hold.id, act());
  return doneWith(`${hold.teamName}: ${released.length} released, ${skipped.length} skipped. ${skipped[0]?.why ?? ''}`);
};

function requireCount(typed: string, users: number): void {
  if (typed.replaceAll(/[,.\s]/g, '') === String(users)) return;
  throw new RequestProblem('usage', `Type how many people lose their access: ${users}. Nothing was done.`);
}

/** Leaves the users of a hold active. */
export const discard: Handler = async (parts, { id, act }) => {
  const { discarded } = await discardHeld(parts, id, act());
  return doneWith(`${pluralize(discarded.length, 'user stays as it is', 'users stay as they are')}.`);
};

function doneWith(done: string) {
  return { redirect: `/support/held?${new URLSearchParams({ done: done.trim() })}` };
}

type HoldProps = {
  hold: HoldSummary;
  people: HeldPeoplePage;
  q: string;
  sample: { userId: string; says: string }[];
  names: Names;
};

function HoldPage({ hold, people, q, sample, names }: HoldProps) {
  const { id, teamId, teamName, users, since } = hold;
  const path = `/support/held/${id}`;
  return (
    <>
      <h1>{teamName}: are they still there?</h1>
      <Card label="What is held">
        <p>
          <TeamLink id={teamId} name={teamName} />
        </p>
        <Facts of={holdFacts(hold)} />
        <p class="quiet">
          Held since <When at={since} />. All of them are still active.
        </p>
      </Card>
      <Card title={`What Stytch says of ${sample.length} of them now`}>
        <Table
          head={['Person', 'Stytch']}
          rows={sample.map(({ userId, says }) => ({
            key: userId,
            cells: [<PersonLink key="person" id={userId} names={names} none="unknown" />, says],
          }))}
        />
      </Card>
      <HeldPeople
        page={people}
        q={q}
        path={path}
        csv={`${path}/people.csv`}
        addressOf={({ userId }) => whyAddress(userId)}
      />
      <Card title="They are still there">
        <p>They stay active. They are held again only if a sweep sees them first and a later one misses them.</p>
        <ConfirmForm action={`${path}/discard`} reasonId="reason-keep" submit={{ label: 'Keep them' }} />
      </Card>
      <section class="card danger" aria-labelledby="left">
        <h2 id="left">They have left</h2>
        <p>
          Stytch is asked about each of them first. Those who are active there are skipped. The others lose their
          access, their roles from SCIM and their API keys.
        </p>
        <ConfirmForm
          action={`${path}/release`}
          reasonId="reason-left"
          submit={{ label: `Deactivate ${pluralize(users, 'person', 'people')}`, look: 'danger' }}
        >
          <label for="count">
            Type how many people lose their access: {users}
            <input id="count" name="count" required inputMode="numeric" autocomplete="off" />
          </label>
        </ConfirmForm>
      </section>
    </>
  );
}

function holdFacts(hold: HoldSummary): [string, string][] {
  const { listedAt, listedMembers } = hold;
  const listing =
    listedAt === null ? 'none yet' : `${timeText(listedAt)} UTC, ${pluralize(listedMembers ?? 0, 'member')}`;
  return [
    ['Missing', shareText(hold)],
    ['Last complete listing', listing],
  ];
}
