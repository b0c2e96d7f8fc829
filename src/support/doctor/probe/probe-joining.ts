import { asRecord } from '../../../directory/json.js';
import { costly, fine, type Measurement } from './fact.js';
import type { Ground, Person } from './ground.js';
import { lagSeen, measureLag } from './search-lag.js';

/** Those whom the identity provider sends at the same time: one alone may be lucky. */
const joiners = ['one', 'two', 'three'];

export async function everybody(ground: Ground): Promise<Person[]> {
  return Promise.all(joiners.map((who) => ground.person(who)));
}

/** Somebody is provisioned: when do they show, and as what? */
export function joiningMeasurements(ground: Ground): Measurement[] {
  return [
    {
      question: 'search shows a new member',
      measure: async () => {
        const people = await everybody(ground);
        const ids = people.map(({ memberId }) => memberId);
        const sinceMs = Math.min(...people.map((person) => person.sinceMs));
        const lag = await measureLag(ground, ids, { sinceMs, isSo: (shown) => ids.every((id) => shown.has(id)) });
        return lagSeen(lag, ground.lagMaxMs, 'a sweep may take somebody who has just joined for missing.');
      },
    },
    {
      question: 'a member that SCIM made',
      measure: async () => {
        const member = await ground.member((await ground.person('one')).memberId);
        const answer = `${member.status}, e-mail verified: ${member.email_address_verified}`;
        return ['active', 'invited', 'pending'].includes(String(member.status))
          ? fine(answer, 'They get access.')
          : costly(answer, 'They get no access. Tell the developers.');
      },
    },
    {
      question: 'the SCIM id is the member id',
      measure: async () => {
        const { scimId, memberId } = await ground.person('one');
        return fine(scimId === memberId ? 'yes' : 'no', 'Scanner knows people by the member id only.');
      },
    },
    {
      question: 'form of registration_id',
      measure: async () => {
        const member = await ground.member((await ground.person('one')).memberId);
        return fine(shapeOf(asRecord(member.scim_registration).registration_id), 'Scanner does not use it.');
      },
    },
  ];
}

/** `scim-registration-test-<uuid>`: a form, never the value. */
function shapeOf(id: unknown): string {
  return String(id).replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi, '<uuid>');
}
