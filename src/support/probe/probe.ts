import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../../database.js';
import { asArray, asRecord } from '../../directory/json.js';
import type { StytchProbe } from '../../stytch-probe.js';
import { SupportProblem } from '../problem.js';
import { type Fact, type Ground, groundOf, idIn, text } from './ground.js';
import { probeGroups } from './probe-groups.js';
import { probeLeaving } from './probe-leaving.js';
import { probeRotation } from './probe-rotation.js';

export type ProbeOptions = {
  projectId: string;
  database: Database;
  /** How long to wait for the webhooks of what was done. */
  eventsWithinMs: number;
  onStep: (step: string) => void;
};

/**
 * Settles, on a Stytch *test* project, what its documentation leaves open: makes an organization with a SCIM connection,
 * plays an identity provider in it, and writes down what happens. Whatever happens, the organization is deleted at the end,
 * and with it everybody in it. No other organization is touched.
 * @throws SupportProblem on a live project, or when Stytch makes no organization
 */
export async function probe(stytch: StytchProbe, options: ProbeOptions): Promise<Fact[]> {
  if (!options.projectId.startsWith('project-test-')) {
    throw new SupportProblem('usage', 'The probe makes and deletes people: it runs on a Stytch test project only.');
  }
  const name = `scanner-probe-${randomUUID().slice(0, 8)}`;
  const organizationId = idIn(await stytch.createOrganization(name), 'organization', 'organization_id');
  const since = new Date();
  try {
    const { facts, members } = await probeIn(stytch, organizationId, options);
    options.onStep('waiting for webhooks');
    return [...facts, ...(await eventFacts(options, since, members))];
  } finally {
    options.onStep('cleaning up');
    await stytch.deleteOrganization(organizationId);
  }
}

async function probeIn(stytch: StytchProbe, organizationId: string, { onStep }: ProbeOptions) {
  onStep('connection');
  const none = await stytch.getConnection(organizationId);
  const made = await stytch.createConnection(organizationId, { display_name: 'Probe' });
  const again = await stytch.createConnection(organizationId, { display_name: 'Probe again' });
  const ground = groundOf(stytch, organizationId, made);
  const connection = 'body' in made ? asRecord(made.body.connection) : {};
  const facts: Fact[] = [
    {
      question: 'get a connection where there is none',
      answer: 'refusal' in none ? none.refusal : describe(none.body),
    },
    { question: 'create a second connection', answer: text(again) },
    { question: 'identity provider when none is named', answer: String(connection.identity_provider) },
    { question: 'status code of creating a connection', answer: 'body' in made ? String(made.body.status_code) : '' },
    { question: 'an unknown group in a role assignment', answer: await unknownGroup(ground) },
    { question: 'get an unknown member', answer: text(await stytch.getAnyMember(`member-test-${randomUUID()}`)) },
  ];
  onStep('somebody leaves and returns');
  const leaving = await probeLeaving(ground);
  onStep('groups');
  const groups = await probeGroups(ground);
  onStep('token rotation');
  const rotation = await probeRotation(ground);
  return {
    facts: [...facts, ...leaving.facts, ...groups.facts, ...rotation],
    members: [...leaving.members, ...groups.members],
  };
}

function describe(body: Record<string, unknown>): string {
  return body.connection ? 'a connection' : '200 without a connection';
}

async function unknownGroup({ stytch, organizationId, connectionId }: Ground): Promise<string> {
  return text(await stytch.assignRole(organizationId, connectionId, `scim-group-test-${randomUUID()}`));
}

/** Which webhooks came, as far as they name nobody else: those of the probe's members, and SCIM's of unknown teams. */
async function eventFacts({ database, eventsWithinMs }: ProbeOptions, since: Date, members: string[]): Promise<Fact[]> {
  const deadline = Date.now() + eventsWithinMs;
  let types = new Set<string>();
  for (let quietFor = 0; Date.now() < deadline && (types.size === 0 || quietFor < 4); quietFor++) {
    await sleep(500);
    const seen = await typesSince(database, since, members);
    if (seen.size > types.size) quietFor = 0;
    types = seen;
  }
  const answer = [...types].sort().join(', ');
  return [
    {
      question: 'webhooks that all this fired',
      answer:
        answer === '' ? 'none arrived: is the endpoint set up in the Stytch dashboard, with all event types?' : answer,
    },
  ];
}

async function typesSince(database: Database, since: Date, members: string[]): Promise<Set<string>> {
  const events = await database.syncEvent.findMany({
    where: {
      receivedAt: { gte: since },
      OR: [{ stytchMemberId: { in: members } }, { outcome: 'unknown_team', eventType: { startsWith: 'scim.' } }],
    },
    select: { eventType: true },
  });
  return new Set(asArray(events).map((event) => String(asRecord(event).eventType)));
}
