import { RequestProblem } from '../../errors/request-problem.js';
import { Card, PartList } from '../../http/components/card.js';
import { ConfirmForm } from '../../http/components/confirm-form.js';
import { Facts } from '../../http/components/facts.js';
import { Notice } from '../../http/components/notice.js';
import { When } from '../../http/components/times.js';
import { field } from '../console/form.js';
import type { Handler } from '../console/handler.js';
import { erasePerson } from '../erase/erase-person.js';
import type { SupportParts } from '../parts.js';
import { resyncUser } from '../resync/resync.js';
import { causeText, eventText, type Grant, personFacts } from './facts.js';
import { nothingMissing, notLookedAtText, type Person, type Question, why as readWhy } from './why.js';

/** Why somebody has or lacks access. Reads the form when it was sent, else the address. */
export const why: Handler = async (parts, { query, body, reader }) => {
  const from = field(body, 'who') === '' ? query : body;
  const [who, team, done] = [field(from, 'who'), field(from, 'team'), field(from, 'done')];
  const { answer, problem } =
    who === '' ? { answer: null, problem: null } : await ask(parts, { who, team: team || null, reader });
  const notices = [answer?.stytchProblem, answer && notLookedAtText(answer)].filter((text) => typeof text === 'string');
  const page = (
    <>
      <h1>Why does somebody have, or lack, access?</h1>
      <Search who={who} team={team} />
      {done !== '' && <Notice kind="good" title={done} />}
      {problem !== null && <Notice kind="bad" title={problem} />}
      {notices.map((text) => (
        <Notice key={text} kind="warning" title={text} />
      ))}
      {answer?.people.map((one) => (
        <Found key={`${one.user?.id} ${one.memberId}`} one={one} team={team} />
      ))}
    </>
  );
  return { tab: 'why', title: 'Why?', page, status: problem === null ? 200 : 404 };
};

async function ask(parts: SupportParts, question: Question) {
  try {
    return { answer: await readWhy(parts, question), problem: null };
  } catch (error) {
    if (!(error instanceof RequestProblem)) throw error;
    return { answer: null, problem: error.message };
  }
}

/** Erases a person who has left. */
export const erase: Handler = async (parts, { body, act }) => {
  const { userId } = await erasePerson(parts, { who: field(body, 'userId'), team: null }, act());
  return { redirect: `/support/why?${new URLSearchParams({ done: `User ${userId} is erased.` })}` };
};

/** Reads a person from Stytch again. */
export const resync: Handler = async (parts, { body, act }) => {
  const [who, team] = [field(body, 'memberId'), field(body, 'team')];
  const { resynced, skipped } = await resyncUser(parts, who, team || null, act());
  const result = skipped[0]?.why ?? resynced[0]?.result ?? '';
  return { redirect: `/support/why?${new URLSearchParams({ who, team, done: `Read again: ${result}.` })}` };
};

function Search({ who, team }: { who: string; team: string }) {
  return (
    <form method="post" action="/support/why" class="filter">
      <label>
        E-mail
        <input type="search" name="who" value={who} required placeholder="alice@customer.example" />
      </label>
      <label>
        Team
        <input name="team" value={team} placeholder="Any" />
      </label>
      <button type="submit">Look</button>
    </form>
  );
}

function Found({ one, team }: { one: Person; team: string }) {
  const losses = one.losses.map((loss) => (
    <>
      Lost <code>{loss.role}</code>, <When at={loss.at} />
      {causeText(loss)}
    </>
  ));
  return (
    <Card title={one.user?.email ?? one.memberId ?? 'Somebody'}>
      <Missing one={one} />
      {one.memberId !== null && (
        <ConfirmForm
          action="/support/resync"
          hidden={{ memberId: one.memberId, team }}
          reasonId={`reason-${one.memberId}`}
          submit={{ label: 'Read again from Stytch', look: 'secondary' }}
        />
      )}
      <Facts of={personFacts(one)} />
      <h3>Grants</h3>
      <PartList items={one.grants.map(grantItem)} total={one.grantsTotal} />
      {losses.length > 0 && <PartList items={losses} />}
      <h3>Last events</h3>
      <PartList items={one.events.map((event) => [<When key="at" at={event.at} />, `: ${eventText(event)}`])} />
      {one.user?.status === 'deactivated' && <Erasure userId={one.user.id} />}
    </Card>
  );
}

function Erasure({ userId }: { userId: string }) {
  return (
    <details>
      <summary>Erase this person …</summary>
      <p>
        Name, e-mail and member id are erased for good, after a request for erasure. The evidence of their leaving
        stays, under the id <code>{userId}</code>.
      </p>
      <ConfirmForm
        action="/support/erase"
        hidden={{ userId }}
        reasonId={`erase-${userId}`}
        submit={{ label: 'Erase this person', look: 'danger' }}
      />
    </details>
  );
}

function grantItem({ role, source, grantedAt, cause }: Grant) {
  return (
    <>
      <code>{role}</code> ({source}), <When at={grantedAt} />
      {causeText(cause)}
    </>
  );
}

function Missing({ one }: { one: Person }) {
  if (one.missing.length === 0) return <Notice kind="good" title={nothingMissing} />;
  return (
    <Notice kind="bad" title="What is wrong">
      <ul>
        {one.missing.map(({ code, message, next }) => (
          <li key={message}>
            {message} <br />
            {code === 'held' ? <a href="/support/held">Decide</a> : <span class="quiet">{next}</span>}
          </li>
        ))}
        {one.failedJobs.map(({ id }) => (
          <li key={id}>
            <a href={`/support/jobs/${encodeURIComponent(id)}`}>Look at {id}, and replay it</a>
          </li>
        ))}
      </ul>
    </Notice>
  );
}
