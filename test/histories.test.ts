import fc from 'fast-check';
import { type Act, act, play, values } from './support/directory-history.js';
import { type Lab, startLab } from './support/lab.js';
import { memberEvent, post, signed } from './support/webhook.js';

/** More with HISTORIES=1000 npm test -- histories. */
const numRuns = Number(process.env.HISTORIES ?? 25);

let lab: Lab;
beforeAll(async () => {
  lab = await startLab();
  lab.emulator.webhooks.mode = 'manual';
});
afterAll(() => lab.stop());

type Delivery = { shuffle: boolean; duplicate: number; drop: number };
type History = {
  acts: Act[];
  deliverAfter: number[];
  delivery: Delivery;
  repost: 'reuse' | 'new';
  groupEvents: 'A' | 'B';
};

const history: fc.Arbitrary<History> = fc.record({
  acts: fc.array(act, { minLength: 1, maxLength: 25 }),
  deliverAfter: fc.array(fc.nat({ max: 24 }), { maxLength: 3 }),
  delivery: fc.record({
    shuffle: fc.boolean(),
    duplicate: fc.constantFrom(0, 0.5, 1),
    drop: fc.constantFrom(0, 0.3, 1),
  }),
  repost: fc.constantFrom('reuse' as const, 'new' as const),
  groupEvents: fc.constantFrom('A' as const, 'B' as const),
});

it('whatever happened, and whatever became of its webhooks, reading everybody once ends in the rows of the directory', async () => {
  const bystander = await lab.team({ name: 'Bystander' });
  lab.emulator.directory.silently(() =>
    lab.emulator.directory.provision(bystander.organizationId, {
      userName: 'person-0@acme.example',
      externalId: 'ext-0',
      roles: ['admin'],
    }),
  );
  await readEverybody(bystander.organizationId);
  const bystanderRows = await rowsOf(bystander.teamId);
  expect(bystanderRows).toMatchObject([{ grants: ['scim:admin (scim)'] }]);

  await fc.assert(
    fc.asyncProperty(history, async (one) => {
      const { teamId, organizationId } = await playHistory(one);
      await readEverybody(organizationId);
      expect(await activeRows(teamId)).toEqual(expectedRows(organizationId));
      await expectLeaversHaveNothing(teamId);

      const before = await rowsOf(teamId);
      await replayEverything();
      expect(await rowsOf(teamId)).toEqual(before);
      expect(await rowsOf(bystander.teamId)).toEqual(bystanderRows);
    }),
    // What waits for something that never comes waits two minutes: told of as it is, before there is no time to tell.
    { numRuns, ...(numRuns > 25 ? {} : { interruptAfterTimeLimit: 300_000, markInterruptAsFailure: true }) },
  );
}, 600_000);

async function playHistory({ acts, deliverAfter, delivery, repost, groupEvents }: History) {
  Object.assign(lab.emulator.switches, { repost, groupEvents });
  const team = await lab.team({ name: 'Acme' });
  // Somebody whom Scanner knew before SCIM, with a role given by hand.
  await lab.database.$executeRaw`
    WITH person AS (INSERT INTO users (team_id, email) VALUES (${team.teamId}::uuid, 'PERSON-1@acme.example') RETURNING id)
    INSERT INTO role_grants (user_id, role_id, source)
    SELECT person.id, roles.id, 'manual' FROM person, roles WHERE team_id = ${team.teamId}::uuid AND name = 'scim:admin'`;
  const perform = play(lab.emulator, team.organizationId);
  for (const [i, one] of acts.entries()) {
    perform(one);
    if (deliverAfter.includes(i)) await lab.emulator.webhooks.deliverAll(delivery);
  }
  await lab.emulator.webhooks.deliverAll(delivery);
  await lab.quiet();
  return team;
}

/** A signed event about the organization makes Scanner read the whole team. */
async function readEverybody(organizationId: string): Promise<void> {
  await post(lab.url, signed(memberEvent({ object_type: 'organization', id: organizationId, organization: {} })));
  await lab.quiet();
}

async function replayEverything(): Promise<void> {
  const messages = lab.emulator.webhooks.outbox.slice(-40);
  await Promise.all(
    [...messages]
      .reverse()
      .map((message) => post(lab.url, signed(message.body, { id: `msg_again_${crypto.randomUUID()}` }))),
  );
  await lab.quiet();
}

async function rowsOf(teamId: string) {
  return (await lab.rows()).filter((row) => row.teamId === teamId);
}

/** Users that SCIM made or linked and that are active, in the words of the directory. */
async function activeRows(teamId: string) {
  const linked = (await rowsOf(teamId)).filter(({ memberId, status }) => memberId !== null && status === 'active');
  return linked
    .map(({ memberId, user, name, externalId, values, grants }) => {
      const ours = grants.filter((grant) => grant.endsWith('(scim)'));
      return { memberId, user, name, externalId, values, grants: ours };
    })
    .sort((a, b) => String(a.memberId).localeCompare(String(b.memberId)));
}

/** The same, told by the directory itself, in code that shares nothing with what is tested. */
function expectedRows(organizationId: string) {
  const active = lab.emulator.directory.members(organizationId).filter(({ status }) => status === 'active');
  return active
    .map((member) => {
      const { scim_registration: scim } = member;
      const roles = (scim?.scim_attributes?.roles ?? []).map(({ value }) => `${value} via roles`);
      const groups = (scim?.scim_attributes?.groups ?? []).map(({ display }) => `${display} via groups`);
      const held = values.filter((value) => [...roles, ...groups].some((one) => one.startsWith(`${value} via`)));
      return {
        memberId: member.member_id,
        user: member.email_address,
        name: member.name,
        externalId: scim?.external_id ?? null,
        values: [...new Set([...roles, ...groups])].sort(),
        grants: held
          .filter((value) => ['analyst', 'admin'].includes(value))
          .map((value) => `scim:${value} (scim)`)
          .sort(),
      };
    })
    .sort((a, b) => a.memberId.localeCompare(b.memberId));
}

async function expectLeaversHaveNothing(teamId: string): Promise<void> {
  for (const row of await rowsOf(teamId)) {
    if (row.memberId === null || row.status === 'active') continue;
    expect(row).toMatchObject({ status: 'deactivated', values: [] });
    expect(row.grants.filter((grant) => grant.endsWith('(scim)'))).toEqual([]);
  }
}
