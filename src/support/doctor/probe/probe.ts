import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../../database/database.js';
import { asRecord } from '../../../directory/json.js';
import { RequestProblem } from '../../../errors/request-problem.js';
import type { StytchProbe } from '../../../stytch/probe.js';
import { type Fact, harmful, type Measurement, notMeasured } from './fact.js';
import { type Ground, groundIn, text } from './ground.js';
import { type MeasureOptions, measureAll } from './measure.js';
import { connectionMeasurements } from './probe-connection.js';
import { deletionMeasurements } from './probe-deletion.js';
import { groupMeasurements } from './probe-groups.js';
import { joiningMeasurements } from './probe-joining.js';
import { leavingMeasurements } from './probe-leaving.js';
import { listingMeasurements } from './probe-listing.js';
import { rotationMeasurements } from './probe-rotation.js';
import { sessionMeasurements } from './probe-sessions.js';
import { webhookMeasurements } from './probe-webhooks.js';

export type ProbeOptions = MeasureOptions & {
  database: Database;
  /** How long to wait for search, and for anything else that may lag. */
  lagMaxMs: number;
  /** How long to wait for the webhooks of what was done. */
  eventsWithinMs: number;
};

/** @throws RequestProblem on a live project: the probe makes and deletes people */
export function refuseLiveProject(projectId: string): void {
  if (projectId.startsWith('project-test-')) return;
  throw new RequestProblem('usage', 'The probe makes and deletes people: it runs on a Stytch test project only.');
}

/**
 * Measures, on a Stytch *test* project, what its documentation leaves open: makes an organization with a SCIM connection,
 * and plays an identity provider in it. At the end it deletes the organization with all its members, also after a failure or
 * an interruption. It touches no other organization.
 */
export async function probe(stytch: StytchProbe, options: ProbeOptions): Promise<Fact[]> {
  const slug = `scanner-probe-${randomUUID().slice(0, 8)}`;
  const since = new Date();
  let facts: Fact[] = [];
  try {
    options.onStep('making an organization');
    const made = await stytch.createOrganization(slug); // not interrupted: it has to be deleted once it is there
    const id = 'body' in made ? asRecord(made.body.organization).organization_id : undefined;
    facts =
      typeof id === 'string'
        ? await measureIn(groundIn(id, { stytch, ...options }), options, since)
        : [noGround(text(made))];
  } finally {
    options.onStep('cleaning up');
    facts.push(...(await cleanUp(stytch, slug)));
  }
  return facts;
}

function noGround(refusal: string): Fact {
  const why = `organizations.create was answered with ${refusal}`;
  return {
    question: 'an organization for the probe',
    ...notMeasured(why),
    meaning: 'Nothing could be measured. See the findings above.',
  };
}

async function measureIn(ground: Ground, options: ProbeOptions, since: Date): Promise<Fact[]> {
  const deletion = deletionMeasurements(ground);
  const measurements: Measurement[] = [
    ...connectionMeasurements(ground),
    ...joiningMeasurements(ground),
    ...groupMeasurements(ground),
    ...listingMeasurements(ground),
    ...leavingMeasurements(ground),
    ...sessionMeasurements(ground),
    ...rotationMeasurements(ground),
    deletion.begin,
    ...webhookMeasurements(ground, { ...options, since }),
    deletion.end,
  ];
  return measureAll(measurements, options);
}

const cleaningTries = 3;

/** Tries several times, because nobody else will. @returns a fact when it could not be done */
async function cleanUp(stytch: StytchProbe, slug: string): Promise<Fact[]> {
  let refusal = '';
  for (let left = cleaningTries; left > 0; left--) {
    const answer = await stytch.deleteOrganization(slug);
    if ('body' in answer || answer.refusal.endsWith(' organization_not_found')) return [];
    refusal = answer.refusal;
    if (left > 1) await sleep(1_000);
  }
  const seen = harmful(`${slug} could not be deleted: ${refusal}`, 'Delete this organization in the Stytch dashboard.');
  return [{ question: 'cleaning up', ...seen }];
}
