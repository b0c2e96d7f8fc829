import { setTimeout as pass } from 'node:timers/promises';
import { type Directory, play } from '../support/directory-history.js';
import { eventuallySame } from '../support/eventually.js';
import { type Story, unsettled, type Violation, violations } from '../support/never-again.js';
import { post, signed } from '../support/webhook.js';
import { type History, historyOf, randomOf, type Step } from './history.js';
import type { Stage } from './stage.js';
import { expectedRows, keepTruth, type TruthLog } from './truth.js';
import { type WeakStytch, weaken } from './weaken.js';
import type { Weakness } from './weaknesses.js';

/** Longer than retries of what fails for a moment take. */
const patienceMs = 30_000;
const crowdSize = 12; // more than a team of any size may lose without anybody's asking

/** One team, its directory, and what is known of both. */
type Scene = {
  stage: Stage;
  history: History;
  random: () => number;
  teamId: string;
  organizationId: string;
  directory: Directory;
  log: TruthLog;
  /** People of the team to whom nothing happens. */
  crowd: ReadonlySet<string>;
};

/**
 * Plays the history of a seed: things happen in a directory, their webhooks arrive somehow, and Stytch is weak. At no moment
 * is somebody in who was put out; at the end the rows are the directory's, however often anything is said again.
 * @throws what does not hold, in words
 */
export async function playHistory(stage: Stage, seed: number, chosen: ReadonlySet<Weakness>): Promise<void> {
  const scene = await begin(stage, historyOf(seed, chosen), randomOf(seed));
  const { history, random, log, teamId } = scene;
  const { emulator } = stage.lab;
  const weak = weaken(emulator, history.weak, { random, otherOrganizationId: stage.bystander.organizationId });
  try {
    Object.assign(emulator.switches, { repost: history.repost, groupEvents: history.groupEvents });
    for (const [i, step] of history.steps.entries()) {
      if (i === Math.ceil(history.steps.length / 2)) weak.halfTime();
      await take(step, scene, weak);
    }
    await emulator.webhooks.deliverAll({ ...history.delivery, random });
    await pass(history.pauseMs);
    await end(scene, weak);
    expect(await problemsIn(scene)).toEqual([]);
  } finally {
    weak.reset();
    emulator.directory.silently(() => emulator.organizations.delete(scene.organizationId));
    emulator.webhooks.clearOutbox();
    await stage.lab.database.$executeRaw`DELETE FROM teams WHERE id = ${teamId}::uuid`;
    void log;
  }
}

async function begin(stage: Stage, history: History, random: () => number): Promise<Scene> {
  const { lab, log: accessLog } = stage;
  const { directory: idp, sessions } = lab.emulator;
  const team = await lab.team({ name: 'Acme', roles: ['scim:analyst', 'scim:admin', 'scim:crowd'] });
  // Somebody whom Scanner knew before SCIM, with a role given by hand.
  await lab.database.$executeRaw`
    WITH person AS (INSERT INTO users (team_id, email) VALUES (${team.teamId}::uuid, 'PERSON-1@acme.example') RETURNING id)
    INSERT INTO role_grants (user_id, role_id, source)
    SELECT person.id, roles.id, 'manual' FROM person, roles WHERE team_id = ${team.teamId}::uuid AND name = 'scim:admin'`;
  const directory = play(lab.emulator, team.organizationId, {
    canSuspend: history.weak.status === true,
    ...(history.weak.externalIds && { externalIdOf: () => 'N/A' }),
  });
  const log = keepTruth(lab.emulator, team.organizationId, directory);
  const crowd = new Set<string>();
  log.during(() => {
    for (let n = 0; n < crowdSize; n++) crowd.add(idp.silently(() => idp.provision(team.organizationId, bystander(n)).member_id));
    for (const who of history.present) {
      directory.perform({ act: 'join', who, lost: true });
      directory.perform({ act: 'roles', who, roles: ['analyst'], lost: true });
    }
  });
  await stage.read(team.organizationId);
  await lab.quiet();
  if (history.weak.sessions) for (const memberId of directory.members().keys()) await sessions.mint({ memberId });
  await accessLog.clear();
  lab.emulator.calls.reset();
  return { stage, history, random, ...team, directory, log, crowd };
}

function bystander(n: number) {
  return {
    ...{ userName: `crowd-${n}@acme.example`, name: `Crowd ${n}`, externalId: `crowd-${n}` },
    ...{ roles: ['analyst'], groups: ['crowd'] },
  };
}

async function take(step: Step, scene: Scene, weak: WeakStytch): Promise<void> {
  const { stage, history, random, directory, log, organizationId } = scene;
  if (step.act === 'wait') await pass(step.ms);
  else if (step.act === 'read') await stage.read(step.whom === 'team' ? organizationId : undefined);
  else if (step.act === 'deliver') await stage.lab.emulator.webhooks.deliverAll({ ...history.delivery, random });
  else {
    log.during(() => directory.perform(step));
    for (const [memberId, who] of directory.members()) weak.met(who, memberId);
  }
}

/** Reading everybody once is enough, and saying anything again changes nothing. */
async function end(scene: Scene, weak: WeakStytch): Promise<void> {
  const { stage, history, organizationId, teamId, log } = scene;
  const { lab } = stage;
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
  expect(await stage.rowsOf(stage.bystander.teamId)).toEqual(stage.bystander.rows);
}

/** Users whom SCIM made or linked and who are active, in the words of the directory; but for those whom nobody can read. */
async function activeRows({ stage, teamId, log }: Scene) {
  const rows = await stage.rowsOf(teamId);
  const linked = rows.filter(({ memberId, status }) => memberId !== null && status === 'active');
  return linked
    .filter(({ memberId }) => log.saysOf(String(memberId)) !== 'unreadable')
    .map(({ memberId, user, name, externalId, values, grants }) => {
      const ours = grants.filter((grant) => grant.endsWith('(scim)'));
      return { memberId: String(memberId), user, name, externalId, values, grants: ours };
    })
    .sort((a, b) => a.memberId.localeCompare(b.memberId));
}

async function expectLeaversHaveNothing({ stage, teamId }: Scene): Promise<void> {
  for (const row of await stage.rowsOf(teamId)) {
    if (row.memberId === null || row.status === 'active') continue;
    expect(row).toMatchObject({ status: 'deactivated', values: [] });
    expect(row.grants.filter((grant) => grant.endsWith('(scim)'))).toEqual([]);
    const { emulator } = stage.lab;
    if (!emulator.directory.isActive(row.memberId)) expect([row.user, emulator.sessions.alive(row.memberId)]).toEqual([row.user, 0]);
  }
}

async function replayEverything({ lab }: Stage): Promise<void> {
  const messages = lab.emulator.webhooks.outbox.slice(-40).reverse();
  await Promise.all(
    messages.map(({ body }) => post(lab.url, signed(body, { id: `msg_again_${crypto.randomUUID()}` }))),
  );
  await lab.quiet();
}

/** What went wrong at any moment, each with what is known of the member. */
async function problemsIn(scene: Scene): Promise<string[]> {
  const { stage, history, log, crowd } = scene;
  const { calls, webhooks } = stage.lab.emulator;
  const entries = await stage.log.entries();
  const story: Story = {
    truth: log.truth,
    gets: calls
      .list('members.dangerouslyGet')
      .filter(({ status }) => status === 200)
      .map(({ at, memberId = '' }) => ({ atMs: Number(at), memberId })),
    entries,
    publishedMs: new Map(webhooks.outbox.map(({ svixId, publishedAt }) => [svixId, Number(publishedAt)])),
  };
  // Where search has old names of groups for ever, no date tells that they are old.
  const found = violations(story, { roles: !history.weak.names });
  const bystanders = new Set([...crowd, stage.bystander.memberId]);
  const moved = unsettled(entries, bystanders);
  return [...found, ...moved].slice(0, 3).map((one) => told(one, story));
}

function told({ atMs, memberId, what }: Violation, { truth, gets, entries }: Story): string {
  const lines = [
    ...truth.map((one) => ({ ...one, text: `directory: ${one.says} ${one.roles.join()}` })),
    ...gets.map((one) => ({ ...one, text: 'got directly' })),
    ...entries.map((one) => ({
      ...one,
      text:
        one.entry === 'handled'
          ? `handled ${one.eventType}: ${one.outcome}`
          : `row: ${one.row?.status} ${one.row?.scimRoles.join()}`,
    })),
  ];
  const own = lines.filter((line) => line.memberId === memberId).sort((a, b) => a.atMs - b.atMs);
  const story = own.map((line) => `    ${(line.atMs - atMs).toFixed(1).padStart(9)} ms ${line.text}`);
  return [`${memberId}: ${what}`, ...story].join('\n');
}
