import { eventually, eventuallySame } from '../helpers/eventually.js';
import { post, signed } from '../helpers/webhook.js';
import type { Scene } from './scene.js';
import type { Stage } from './stage.js';
import { expectedRows } from './truth.js';
import type { WeakStytch } from './weaken.js';

/** Longer than it takes until what failed for a moment is tried again. */
const patienceMs = 30_000;

/** The rows end as the directory: hints that all arrive are enough, or else everybody is read once. Anything said again changes nothing. */
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

/** Users whom SCIM made or linked and who are active, in the words of the directory. */
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

/** Whether the whole team has been read; one whose sweep never comes to its end is not. */
async function sweptFromNowOn({ stage, teamId }: Scene): Promise<() => Promise<boolean>> {
  const { database } = stage.lab;
  const [{ now }] = await database.$queryRaw<[{ now: Date }]>`SELECT clock_timestamp() AS now`;
  return async () => (await database.teamSync.count({ where: { teamId, sweptAt: { gte: now } } })) === 1;
}

/** Without those whom nobody can read: what their rows say is not settled. */
async function readableRows({ stage, teamId, log }: Scene) {
  const rows = await stage.rowsOf(teamId);
  return rows.filter(({ memberId }) => memberId === null || log.saysOf(memberId) !== 'unreadable');
}

/** Neither in Scanner nor, where that is left to us, in Stytch. */
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
