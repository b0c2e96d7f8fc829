import { RequestProblem } from '../../errors/request-problem.js';
import { Card, PartList } from '../../http/components/card.js';
import { ConfirmForm } from '../../http/components/confirm-form.js';
import { Facts } from '../../http/components/facts.js';
import { Notice } from '../../http/components/notice.js';
import { Table } from '../../http/components/table.js';
import { When } from '../../http/components/times.js';
import { field } from '../console/form.js';
import type { Answer, Handler } from '../console/handler.js';
import { TeamLink, whyAddress } from '../console/names.js';
import { erasePerson } from '../erase/erase-person.js';
import { nameText } from '../names.js';
import { resyncUser } from '../resync/resync.js';
import type { Finding } from './diagnose.js';
import { causeText, eventText, type Grant, personFacts } from './facts.js';
import {
  findingsOf,
  type Match,
  nothingMissing,
  notLookedAtText,
  type Person,
  why as readWhy,
  type Why,
  whoMatches,
} from './why.js';

/** Why somebody has or lacks access. */
export const why: Handler = async (parts, { query, reader }) => {
  const [who, team, done] = [field(query, 'who'), field(query, 'team'), field(query, 'done')];
  if (who === '') return pageOf({ who, team, done, answer: null, problem: null });
  const question = { who, team: team || null, reader, listsSeveral: true };
  return pageOf({ who, team, done, ...(await orProblem(() => readWhy(parts, question))) });
};

/**
 * The same for what was typed. A name or an e-mail in an address would stay in the logs of proxies, so one person leads to
 * the address with their id, which can be shared; several are listed.
 */
export const askWhy: Handler = async (parts, { body, reader }) => {
  const [who, team] = [field(body, 'who'), field(body, 'team')];
  const { answer, problem } = await orProblem(() => whoMatches(parts, { who, team: team || null, reader }));
  const [one, another] = answer?.matches ?? [];
  if (one !== undefined && another === undefined) return { redirect: whyAddress(one.id) };
  return pageOf({ who, team, done: '', answer, problem });
};

async function orProblem(ask: () => Promise<Why>) {
  try {
    return { answer: await ask(), problem: null };
  } catch (error) {
    if (!(error instanceof RequestProblem)) throw error;
    return { answer: null, problem: error.message };
  }
}

type Shown = { who: string; team: string; done: string; answer: Why | null; problem: string | null };

function pageOf({ who, team, done, answer, problem }: Shown): Answer {
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
      {answer !== null && answer.matches.length > 0 && <Matches answer={answer} />}
      {answer?.people.map((one) => (
        <Found key={`${one.user?.id} ${one.memberId}`} one={one} />
      ))}
    </>
  );
  return { tab: 'why', title: 'Why?', page, status: problem === null ? 200 : 404 };
}

/** Erases a person who has left. */
export const erase: Handler = async (parts, { body, act }) => {
  const { userId } = await erasePerson(parts, { who: field(body, 'userId'), team: null }, act());
  return { redirect: `/support/why?${new URLSearchParams({ done: `User ${userId} is erased.` })}` };
};

/** Reads a person from Stytch again. */
export const resync: Handler = async (parts, { body, act }) => {
  const who = field(body, 'memberId');
  const { resynced, skipped } = await resyncUser(parts, who, null, act());
  const result = skipped[0]?.why ?? resynced[0]?.result ?? '';
  return { redirect: `/support/why?${new URLSearchParams({ who, done: `Read again: ${result}.` })}` };
};

function Search({ who, team }: { who: string; team: string }) {
  return (
    <form method="post" action="/support/why" class="filter">
      <label>
        Person
        <input type="search" name="who" value={who} required placeholder="Name, e-mail, external id or member id" />
      </label>
      <label>
        Team
        <input name="team" value={team} placeholder="Any" />
      </label>
      <button type="submit">Look</button>
    </form>
  );
}

function Matches({ answer: { matches, matchesAreMore } }: { answer: Why }) {
  return (
    <Card title="Several people match">
      <Table head={['Person', 'Status', 'Team']} rows={matches.map(matchRow)} />
      {matchesAreMore && <p class="quiet">There are more. Type more of the name, or name the team.</p>}
    </Card>
  );
}

function matchRow(match: Match) {
  const { id, status, team } = match;
  const cells = [
    <span key="person" class="named">
      <a href={whyAddress(id)}>
        <bdi>{nameText(match) || id}</bdi>
      </a>{' '}
      <code class="id">{id}</code>
    </span>,
    status,
    <TeamLink key="team" id={team?.id ?? null} name={team?.name ?? null} />,
  ];
  return { key: id, cells };
}

function Found({ one }: { one: Person }) {
  const { wrong, notes } = findingsOf(one);
  const name = one.user === null ? (one.memberId ?? 'Somebody') : nameText(one.user);
  const losses = one.losses.map((loss) => (
    <>
      Lost <code>{loss.role}</code>, <When at={loss.at} />
      {causeText(loss)}
    </>
  ));
  return (
    <section aria-label={name}>
      <h2 class="found">{name}</h2>
      {wrong.length === 0 && <Notice kind="good" title={nothingMissing} />}
      {one.switchedOff !== null && <Notice kind="info" title={one.switchedOff} />}
      {wrong.length > 0 && (
        <Notice kind="bad" title="What is wrong">
          <Findings findings={wrong} one={one} />
        </Notice>
      )}
      {notes.length > 0 && (
        <Notice kind="info" title="Worth knowing">
          <Findings findings={notes} one={one} />
        </Notice>
      )}
      {one.memberId !== null && (
        <Card label="Read again">
          <ConfirmForm
            action="/support/resync"
            hidden={{ memberId: one.memberId }}
            reasonId={`reason-${one.memberId}`}
            submit={{ label: 'Read again from Stytch', look: 'secondary' }}
          />
        </Card>
      )}
      <Card title="Now">
        {one.team !== null && (
          <p>
            <TeamLink id={one.team.id} name={one.team.name} />
          </p>
        )}
        <Facts of={personFacts(one).filter(([name]) => name !== 'Team')} />
      </Card>
      <Card title="Grants">
        <PartList items={one.grants.map(grantItem)} total={one.grantsTotal} />
        {losses.length > 0 && <PartList items={losses} />}
      </Card>
      <Card title="Last events">
        <PartList items={one.events.map((event) => [<When key="at" at={event.at} />, `: ${eventText(event)}`])} />
      </Card>
      {one.user?.status === 'deactivated' && <Erasure userId={one.user.id} />}
    </section>
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

function Findings({ findings, one }: { findings: readonly Finding[]; one: Person }) {
  return (
    <ul>
      {findings.map((finding) => (
        <li key={finding.message}>
          {finding.message} <br />
          <Remedy finding={finding} one={one} />
        </li>
      ))}
    </ul>
  );
}

/** What to do about a finding: a link to the page that does it, where there is one. */
function Remedy({ finding: { code, next, jobId }, one }: { finding: Finding; one: Person }) {
  if (code === 'held' && one.held !== null) return <a href={`/support/held/${one.held.id}`}>Look, and decide</a>;
  if (code === 'team_not_enabled' && one.team !== null) {
    return <a href={`/support/teams/${one.team.id}`}>Switch it on</a>;
  }
  if (jobId !== undefined)
    return <a href={`/support/jobs/${encodeURIComponent(jobId)}`}>Look at {jobId}, and replay it</a>;
  if (code === 'not_in_directory' || code === 'out_of_date')
    return <span>Read the person again, with the button below.</span>;
  return <span>{next}</span>;
}
