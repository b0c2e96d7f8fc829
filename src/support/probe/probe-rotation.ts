import { asRecord } from '../../directory/json.js';
import type { Fact, Ground } from './ground.js';
import { scimClient } from './scim-client.js';

/** Which bearer tokens work while one is being rotated, and what becomes of members when the connection goes. */
export async function probeRotation(ground: Ground): Promise<Fact[]> {
  const { stytch, organizationId, connectionId, baseUrl, token } = ground;
  const started = await stytch.startRotation(organizationId, connectionId);
  const next = 'body' in started ? asRecord(started.body.connection).next_bearer_token : undefined;
  const works = async (one: string) =>
    (await scimClient(baseUrl, one)('GET', '/Users?count=1')).status < 300 ? 'works' : 'is refused';
  const facts: Fact[] = [];
  if (typeof next === 'string') {
    facts.push({
      question: 'between rotation start and complete',
      answer: `the old token ${await works(token)}, the new one ${await works(next)}`,
    });
    await stytch.completeRotation(organizationId, connectionId);
    facts.push({
      question: 'after rotation complete',
      answer: `the old token ${await works(token)}, the new one ${await works(next)}`,
    });
  }
  return [...facts, ...(await afterDeletion(ground))];
}

async function afterDeletion(ground: Ground): Promise<Fact[]> {
  const { stytch, organizationId, connectionId } = ground;
  const before = await countActive(ground);
  await stytch.deleteConnection(organizationId, connectionId);
  const answer = `${await countActive(ground)} of ${before} members are still shown`;
  return [{ question: 'after the connection is deleted', answer }];
}

async function countActive({ stytch, organizationId }: Ground): Promise<number> {
  const answer = await stytch.searchMembers(organizationId, null);
  return 'body' in answer && Array.isArray(answer.body.members) ? answer.body.members.length : 0;
}
