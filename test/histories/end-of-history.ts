import { eventually, eventuallySame } from '../helpers/eventually.js';
import { post, signed } from '../helpers/webhook.js';
import type { Scene } from './scene.js';
import type { Stage } from './stage.js';
import { expectedRows } from './truth.js';
import type { WeakStytch } from './weaken.js';

/** Longer than the longest pause before a retry. */
const patienceMs = 30_000;

/** The rows end equal to the directory: by hints if all of them arrive, or else by one sweep. A repeated webhook changes nothing. */
export async function endOfHistory(scene: Scene, weak: WeakStytch): Promise<void> {
  const { stage, history, organizationId, log } = scene;
  const { lab, neighbours } = stage;
  const expected = expectedRows(lab.emulator, organizationId, log);
  if (history.hintsSuffice) await eventuallySame(() => activeRows(scene), expected, patienceMs);
  weak.beforeTheEnd();
  const isSwept = await sweptFromNowOn(scene);
  await stage.read(history.lastRead === 'team' ? organizationId : undefined);
  await eventuallySame(() => activeRows(scene), expected, patienceMs);
  await eventually(isSwept, patienceMs);
  weak.atTheEnd();
  await lab.quiet();
  expect(await activeRows(scene)).toEqual(expected);
  await expectLeaversHaveNothing(scene);
  const before = await readableRows(scene);
  await replayEverything(stage);
  expect(await readableRows(scene)).toEqual(before);
  for (const { teamId, rows } of neighbours) expect(await stage.rowsOf(teamId)).toEqual(rows);
}

/** Active users with a member, in the words of the directory. */
async function activeRows(scene: Scene) {
  const rows = await readableRows(scene);
  return rows
    .filter(({ memberId, status }) => memberId !== null && status === 'active')
    .map(({ memberId, user, name, externalId, values, grants }) => {
      const ours = grants.filter((grant) => grant.endsWith('(scim)'));
      return { memberId: String(memberId), user, name, externalId, values, grants: ours };
    })
    .sort((a, b) => a.memberId.localeCompare(b.memberId));
}

/** Whether a sweep of the whole team has ended. */
async function sweptFromNowOn({ stage, teamId }: Scene): Promise<() => Promise<boolean>> {
  const { database } = stage.lab;
  const [{ now }] = await database.$queryRaw<[{ now: Date }]>`SELECT clock_timestamp() AS now`;
  return async () => (await database.teamSync.count({ where: { teamId, sweptAt: { gte: now } } })) === 1;
}

/** Without members that can not be read: their rows are undefined. */
async function readableRows({ stage, teamId, log }: Scene) {
  const rows = await stage.rowsOf(teamId);
  return rows.filter(({ memberId }) => memberId === null || log.saysOf(memberId) !== 'unreadable');
}

/** Neither in Scanner nor, if we have to end it, in Stytch. */
async function expectLeaversHaveNothing({ stage, teamId, log }: Scene): Promise<void> {
  for (const row of await stage.rowsOf(teamId)) {
    if (row.memberId === null || row.status === 'active') continue;
    expect(row).toMatchObject({ status: 'deactivated', values: [] });
    expect(row.grants.filter((grant) => grant.endsWith('(scim)'))).toEqual([]);
    const sessions = log.saysOf(row.memberId) === 'gone' ? stage.lab.emulator.sessions.alive(row.memberId) : 0;
    expect({ user: row.user, sessions }).toEqual({ user: row.user, sessions: 0 });
  }
}

async function replayEverything({ lab }: Stage): Promise<void> {
  const messages = lab.emulator.webhooks.outbox.slice(-40).reverse();
  await Promise.all(
    messages.map(({ body }) => post(lab.url, signed(body, { id: `msg_again_${crypto.randomUUID()}` }))),
  );
  await lab.quiet();
}
