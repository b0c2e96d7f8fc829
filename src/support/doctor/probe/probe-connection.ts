import { randomUUID } from 'node:crypto';
import { asRecord } from '../../../directory/json.js';
import { question } from '../question.js';
import { anyIsFine, fineIf, type Measurement } from './fact.js';
import { type Ground, text } from './ground.js';

/** What Stytch says about a connection, and about things that do not exist. */
export function connectionMeasurements({ stytch, organizationId, connection }: Ground): Measurement[] {
  return [
    question(
      'get a connection where there is none',
      async () => {
        const answer = await stytch.getConnection(organizationId);
        return 'body' in answer && !answer.body.connection ? '200 without a connection' : text(answer);
      },
      fineIf(/ without a connection$| no_active_scim_connection$/, 'Settings > SCIM takes both forms as "none yet".', {
        costly: 'Settings > SCIM shows an error instead of its first step. Tell the developers.',
      }),
    ),
    question(
      'create a second connection',
      async () => {
        await connection();
        return text(await stytch.createConnection(organizationId, { display_name: 'Probe again' }));
      },
      fineIf(
        /^400 active_scim_connection_exists$/,
        'Settings > SCIM says that the first one has to be deleted before.',
        {
          costly: 'Settings > SCIM has no text for this. Tell the developers.',
        },
      ),
    ),
    question(
      'identity provider when none is named',
      async () => String(asRecord((await connection()).made.connection).identity_provider),
      anyIsFine('Settings > SCIM always names one.'),
    ),
    question(
      'status code of creating a connection',
      async () => String((await connection()).made.status_code),
      anyIsFine('Any 2xx is accepted.'),
    ),
    question(
      'an unknown group in a role assignment',
      async () =>
        text(await stytch.assignRole(organizationId, (await connection()).id, `scim-group-test-${randomUUID()}`)),
      anyIsFine('Scanner assigns no Stytch roles to groups.'),
    ),
    question(
      'get an unknown member',
      async () => text(await stytch.getAnyMember(`member-test-${randomUUID()}`)),
      fineIf(/ member_not_found$/, 'It means: this person has left.', {
        harmful:
          'Scanner treats it as a failure: a member who is forgotten by Stytch stays until a sweep. Tell the developers.',
      }),
    ),
  ];
}
