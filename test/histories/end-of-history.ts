import { eventuallySame } from '../support/eventually.js';
import { post, signed } from '../support/webhook.js';
import type { Scene } from './scene.js';
import type { Stage } from './stage.js';
import { expectedRows } from './truth.js';
import type { WeakStytch } from './weaken.js';

/** Longer than it takes until what failed for a moment is tried again. */
const patienceMs = 30_000;

/** Reading everybody once ends in the rows of the directory, and saying anything again changes nothing. */
export async function endOfHistory(scene: Scene, weak: WeakStytch): Promise<void> {
  const { stage, history, organizationId, teamId, log } = scene;
  const { lab, bystander } = stage;
  const expected = expectedRows(lab.emulator, organizationId, log);
  weak.beforeTheEnd();
  await stage.read(history.lastRead === 'team' ? organizationId : undefined);
  await eventuallySame(() => activeRows(scene), expected, patienceMs);
  weak.atTheEnd();
  await lab.quiet();
  expect(await activeRows(scene)).toEqual(expected);
  await expectLeaversHaveNothing(scene);
  const before = await stage.rowsOf(teamId);
  await replayEverything(stage);
  expect(await stage.rowsOf(teamId)).toEqual(before);
  expect(await stage.rowsOf(bystander.teamId)).toEqual(bystander.rows);
}

/** Users whom SCIM made or linked and who are active, in the words of the directory; without those whom nobody can read. */
async function activeRows({ stage, teamId, log }: Scene) {
  const rows = await stage.rowsOf(teamId);
  return rows
    .filter(({ memberId, status }) => memberId !== null && status === 'active')
    .filter(({ memberId }) => log.saysOf(String(memberId)) !== 'unreadable')
    .map(({ memberId, user, name, externalId, values, grants }) => {
      const ours = grants.filter((grant) => grant.endsWith('(scim)'));
      return { memberId: String(memberId), user, name, externalId, values, grants: ours };
    })
    .sort((a, b) => a.memberId.localeCompare(b.memberId));
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
