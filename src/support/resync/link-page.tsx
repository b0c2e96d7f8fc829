import { withDatabaseErrors } from '../../database/database.js';
import { Card, PartList } from '../../http/components/card.js';
import { ConfirmForm } from '../../http/components/confirm-form.js';
import { Notice } from '../../http/components/notice.js';
import { field } from '../console/form.js';
import type { Handler } from '../console/handler.js';
import type { SupportParts } from '../parts.js';
import { linkTeam } from './link-team.js';

/** The newest teams. A team that is linked was made lately; others are found by name. */
const unlinkedTeamsShown = 20;

/** Links a team to its Stytch organization. */
export const teams: Handler = async (parts, { query }) => {
  const [team, done] = [field(query, 'team'), field(query, 'done')];
  const { unlinked, total } = await unlinkedTeams(parts);
  const page = (
    <>
      <h1>Link a team to its Stytch organization</h1>
      {done !== '' && <Notice kind="good" title={done} />}
      <p>
        Stytch is asked whether the organization exists. Afterwards see who would be linked to a user that is there:{' '}
        <code>resync --team … --dry-run</code>. Then <code>enable …</code> switches SCIM on.
      </p>
      <Card label="Link a team">
        <ConfirmForm action="/support/teams" reasonId="reason" submit={{ label: 'Link' }}>
          <label for="team">
            Team
            <input id="team" name="team" value={team} required placeholder="Its id, or its exact name" />
          </label>
          <label for="organization">
            Stytch organization
            <input
              id="organization"
              name="organization"
              required
              placeholder="organization-live-…"
              autocomplete="off"
              spellcheck={false}
            />
          </label>
        </ConfirmForm>
      </Card>
      <Card title="Teams without an organization">
        {total === 0 ? (
          <p class="quiet">Every team is linked.</p>
        ) : (
          <PartList
            items={unlinked.map(({ id, name }) => (
              <a key={id} href={`/support/teams?${new URLSearchParams({ team: id })}`}>
                {name}
              </a>
            ))}
            total={total}
          />
        )}
      </Card>
    </>
  );
  return { tab: 'teams', title: 'Teams', page };
};

/** The form of that page. */
export const link: Handler = async (parts, { body, act }) => {
  const [team, organization] = [field(body, 'team'), field(body, 'organization')];
  const { teamId, result } = await linkTeam(parts, { team, organization }, act());
  const done = `Team ${teamId} is ${result} to ${organization}.`;
  return { redirect: `/support/teams?${new URLSearchParams({ done })}` };
};

async function unlinkedTeams({ database }: Pick<SupportParts, 'database'>) {
  const where = { stytchOrganizationId: null };
  const select = { id: true, name: true };
  return withDatabaseErrors(async () => {
    const unlinked = await database.team.findMany({
      where,
      select,
      orderBy: [{ createdAt: 'desc' }, { id: 'asc' }],
      take: unlinkedTeamsShown,
    });
    return { unlinked, total: await database.team.count({ where }) };
  });
}
