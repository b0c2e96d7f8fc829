import { type Directory, play } from '../helpers/directory-history.js';
import type { History } from './history.js';
import type { Stage } from './stage.js';
import { keepTruth, type TruthLog } from './truth.js';

/** The team and directory of a history, and what is known about both. */
export type Scene = {
  stage: Stage;
  history: History;
  random: () => number;
  teamId: string;
  organizationId: string;
  directory: Directory;
  log: TruthLog;
  /** Members of the team that do not change. */
  crowd: ReadonlySet<string>;
};

/** More users than a sweep may deactivate without a hold. */
const crowdSize = 12;

/** A team whose members have users, while Stytch has no weakness yet. */
export async function setScene(stage: Stage, history: History, random: () => number): Promise<Scene> {
  const { lab } = stage;
  const team = await lab.team({ name: 'Acme', roles: ['scim:analyst', 'scim:admin', 'scim:crowd'] });
  await addSomebodyKnownBefore(stage, team.teamId);
  const directory = play(lab.emulator, team.organizationId, {
    canSuspend: history.weak.status === true,
    ...(history.weak.externalIds && { externalIdOf: () => 'N/A' }),
  });
  const log = keepTruth(lab.emulator, team.organizationId, directory);
  const crowd = new Set<string>();
  log.during(() => {
    for (let n = 0; n < crowdSize; n++) crowd.add(addToCrowd(stage, team.organizationId, n));
    for (const who of history.present) {
      directory.perform({ act: 'join', who, lost: true });
      directory.perform({ act: 'roles', who, roles: ['analyst'], lost: true });
    }
  });
  await stage.read(team.organizationId);
  await lab.quiet();
  const signedIn = history.weak.sessions ? [...directory.members().keys()] : [];
  for (const memberId of signedIn) await lab.emulator.sessions.mint({ memberId });
  await stage.log.startAnew();
  lab.emulator.calls.reset();
  return { stage, history, random, ...team, directory, log, crowd };
}

/** A person with a role granted by hand. */
async function addSomebodyKnownBefore({ lab }: Stage, teamId: string): Promise<void> {
  await lab.database.$executeRaw`
    WITH person AS (INSERT INTO users (team_id, email) VALUES (${teamId}::uuid, 'PERSON-1@acme.example') RETURNING id)
    INSERT INTO role_grants (user_id, role_id, source)
    SELECT person.id, roles.id, 'manual' FROM person, roles WHERE team_id = ${teamId}::uuid AND name = 'scim:admin'`;
}

function addToCrowd({ lab }: Stage, organizationId: string, n: number): string {
  const { directory } = lab.emulator;
  const person = { userName: `crowd-${n}@acme.example`, name: `Crowd ${n}`, externalId: `crowd-${n}` };
  const held = { roles: ['analyst'], groups: ['crowd'] };
  return directory.silently(() => directory.provision(organizationId, { ...person, ...held }).member_id);
}

/** Removes the team, so that a thousand histories fill neither the database nor the emulator. */
export async function strikeScene({ stage, teamId, organizationId }: Scene): Promise<void> {
  const { emulator, database } = stage.lab;
  emulator.directory.silently(() => emulator.organizations.delete(organizationId));
  emulator.webhooks.clearOutbox();
  await stage.abandonJobs();
  await database.$executeRaw`DELETE FROM teams WHERE id = ${teamId}::uuid`;
}
