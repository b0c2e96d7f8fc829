import { randomUUID } from 'node:crypto';
import { asRecord } from '../../../directory/json.js';
import { costly, fine, harmful, type Measurement } from './fact.js';
import { type Ground, text } from './ground.js';

/** What Stytch says of a connection, and of what it does not know. */
export function connectionMeasurements({ stytch, organizationId, connection }: Ground): Measurement[] {
  return [
    {
      question: 'get a connection where there is none',
      measure: async () => {
        const answer = await stytch.getConnection(organizationId);
        const none = 'body' in answer && !answer.body.connection;
        const isKnown = none || text(answer).endsWith(' no_active_scim_connection');
        return isKnown
          ? fine(none ? '200 without a connection' : text(answer), 'Settings > SCIM takes both forms as "none yet".')
          : costly(text(answer), 'Settings > SCIM shows a fault instead of its first step. Tell the developers.');
      },
    },
    {
      question: 'create a second connection',
      measure: async () => {
        await connection();
        const answer = text(await stytch.createConnection(organizationId, { display_name: 'Probe again' }));
        return answer === '400 active_scim_connection_exists'
          ? fine(answer, 'Settings > SCIM says that the first one has to be deleted before.')
          : costly(answer, 'Settings > SCIM has no words for this. Tell the developers.');
      },
    },
    {
      question: 'identity provider when none is named',
      measure: async () => {
        const { identity_provider } = asRecord((await connection()).made.connection);
        return fine(String(identity_provider), 'Settings > SCIM always names one.');
      },
    },
    {
      question: 'status code of creating a connection',
      measure: async () => fine(String((await connection()).made.status_code), 'Any 2xx is taken.'),
    },
    {
      question: 'an unknown group in a role assignment',
      measure: async () => {
        const { id } = await connection();
        const answer = await stytch.assignRole(organizationId, id, `scim-group-test-${randomUUID()}`);
        return fine(text(answer), 'Scanner assigns no Stytch roles to groups.');
      },
    },
    {
      question: 'get an unknown member',
      measure: async () => {
        const answer = text(await stytch.getAnyMember(`member-test-${randomUUID()}`));
        return answer.endsWith(' member_not_found')
          ? fine(answer, 'Taken as: this person has left.')
          : harmful(answer, 'Taken as a failure: whom Stytch forgets stays until a sweep. Tell the developers.');
      },
    },
  ];
}
