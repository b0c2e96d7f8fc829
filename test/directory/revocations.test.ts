import { plan } from '../../src/directory/plan.js';
import { needsSpotCheck, revocationsByTeam } from '../../src/directory/revocations.js';
import { ada, reading, searched, user, world } from '../helpers/world.js';

it.each([
  [3, false],
  [4, true],
])('revoking from %i members at once needs a spot check: %s', (revoking, expected) => {
  expect(needsSpotCheck(revoking)).toBe(expected);
});

describe('members who would lose something by a search', () => {
  const values = [{ value: 'scanner_analyst', via: 'roles' }] as const;
  const row = (n: number, teamId: string) =>
    user({ id: `user-${n}`, memberId: `member-${n}`, email: `p${n}@acme.example`, teamId, roleValues: values });
  const rows = [row(1, 'team-acme'), row(2, 'team-acme'), row(3, 'team-beta'), row(4, 'team-beta')];
  const of = (n: number, organizationId: string, change = {}) =>
    ada({
      ...{ memberId: `member-${n}`, organizationId, email: `p${n}@acme.example`, externalId: null, roleValues: [] },
      ...change,
    });
  const readings = [
    searched(of(1, 'org-acme')),
    searched(of(2, 'org-acme')),
    searched(of(3, 'org-beta')),
    reading(of(4, 'org-beta')), // a get needs no confirmation
    searched(ada()), // keeps all that she has
    searched(of(5, 'org-acme')), // is new
  ];
  const current = world({ others: rows });
  const plans = plan(current, readings);

  it('are counted for each team', () => {
    const byTeam = revocationsByTeam(readings, plans, ({ member }) =>
      current.teamByOrganization.get(member.organizationId ?? ''),
    );
    expect(byTeam).toEqual(
      new Map([
        ['team-acme', [readings[0], readings[1]]],
        ['team-beta', [readings[2]]],
      ]),
    );
  });

  it('are not counted in an unknown team or without a plan', () => {
    expect(revocationsByTeam(readings, plans, () => undefined).size).toBe(0);
    expect(revocationsByTeam(readings, new Map(), () => 'team-acme').size).toBe(0);
  });
});
