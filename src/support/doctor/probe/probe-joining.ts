import { asRecord } from '../../../directory/json.js';
import { question } from '../question.js';
import { anyIsFine, fineIf, type Measurement } from './fact.js';
import type { Ground, Person } from './ground.js';
import { lagSeen, measureLag } from './search-lag.js';

/** Several people at the same time, because a single one may be lucky. */
const joiners = ['one', 'two', 'three'];

export async function everybody(ground: Ground): Promise<Person[]> {
  return Promise.all(joiners.map((who) => ground.person(who)));
}

/** When and how members show who have just been provisioned. */
export function joiningMeasurements(ground: Ground): Measurement[] {
  const first = async () => ground.member((await ground.person('one')).memberId);
  return [
    question(
      'search shows a new member',
      async () => {
        const people = await everybody(ground);
        const ids = people.map(({ memberId }) => memberId);
        const sinceMs = Math.min(...people.map((person) => person.sinceMs));
        return measureLag(ground, ids, { sinceMs, isSo: (shown) => ids.every((id) => shown.has(id)) });
      },
      (lag) => lagSeen(lag, ground.lagMaxMs, 'a sweep may miss somebody who has just joined.'),
    ),
    question(
      'a member that SCIM made',
      async () => {
        const { status, email_address_verified } = await first();
        return `${status}, e-mail verified: ${email_address_verified}`;
      },
      fineIf(/^(active|invited|pending),/, 'They get access.', {
        costly: 'They get no access. Tell the developers.',
      }),
    ),
    question(
      'the SCIM id is the member id',
      async () => {
        const { scimId, memberId } = await ground.person('one');
        return scimId === memberId ? 'yes' : 'no';
      },
      anyIsFine('Scanner identifies people by the member id only.'),
    ),
    question(
      'form of registration_id',
      async () => shapeOf(asRecord((await first()).scim_registration).registration_id),
      anyIsFine('Scanner does not use it.'),
    ),
  ];
}

/** `scim-registration-test-<uuid>`: the form, never the value. */
function shapeOf(id: unknown): string {
  return String(id).replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi, '<uuid>');
}
