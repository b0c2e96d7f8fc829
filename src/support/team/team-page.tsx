import { Card } from '../../http/components/card.js';
import { ConfirmForm } from '../../http/components/confirm-form.js';
import { Facts } from '../../http/components/facts.js';
import { Notice } from '../../http/components/notice.js';
import { timeText } from '../../text/time.js';
import { field } from '../console/form.js';
import type { Handler } from '../console/handler.js';
import { enableTeam } from '../resync/enable-team.js';
import { resyncTeam } from '../resync/resync.js';
import { readTeam, type TeamGlance, teamFacts } from './read-team.js';

/** One team: its state, and what can be done about it. */
export const team: Handler = async (parts, { id, query }) => {
  const glance = await readTeam(parts, id);
  const done = field(query, 'done');
  return { tab: 'why', title: glance.name, page: <TeamPage team={glance} done={done} /> };
};

/** Has a worker read the team again. */
export const resyncOfForm: Handler = async (parts, { id, act }) => {
  await resyncTeam(parts, id, act());
  return doneWith(id, 'A worker reads the team within seconds.');
};

/** Switches SSO and SCIM on. */
export const enableOfForm: Handler = async (parts, { id, act }) => {
  const { result, next } = await enableTeam(parts, id, act());
  return doneWith(id, `SSO and SCIM are ${result}. ${next ?? ''}`.trim());
};

function doneWith(id: string, done: string) {
  return { redirect: `/support/teams/${id}?${new URLSearchParams({ done })}` };
}

function TeamPage({ team, done }: { team: TeamGlance; done: string }) {
  const { id, name, organizationId, enabled, holdId, suspectSince } = team;
  return (
    <>
      <h1>{name}</h1>
      {done !== '' && <Notice kind="good" title={done} />}
      {suspectSince !== null && (
        <Notice kind="bad" title={`A worker died while it swept this team, ${timeText(suspectSince)} UTC`}>
          <p>Read the team again. If a worker dies again, tell the developers.</p>
        </Notice>
      )}
      {holdId !== null && (
        <Notice kind="warning" title="Deactivations of this team wait for your decision">
          <p>
            <a href={`/support/held/${holdId}`}>Look at them, and decide</a>
          </p>
        </Notice>
      )}
      <Card label="What it is">
        <Facts of={teamFacts(team)} />
        <p>
          <a href={`/support/failed?${new URLSearchParams({ team: id })}`}>Failed jobs of this team</a>
        </p>
      </Card>
      <form method="post" action="/support/why" class="card filter" aria-label="A person of this team">
        <label>
          A person of this team
          <input type="search" name="who" required placeholder="Name, e-mail or id" />
        </label>
        <input type="hidden" name="team" value={id} />
        <button type="submit" class="secondary">
          Why?
        </button>
      </form>
      {organizationId !== null && (
        <Card title="Read it again from Stytch">
          <ConfirmForm
            action={`/support/teams/${id}/resync`}
            reasonId="reason-resync"
            submit={{ label: 'Read the team again', look: 'secondary' }}
          />
        </Card>
      )}
      {!enabled && (
        <Card title="Switch SSO and SCIM on">
          <ConfirmForm
            action={`/support/teams/${id}/enable`}
            reasonId="reason-enable"
            submit={{ label: 'Switch on' }}
          />
        </Card>
      )}
    </>
  );
}
