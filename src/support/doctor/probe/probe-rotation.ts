import { asRecord } from '../../../directory/json.js';
import { costly, failed, fine, type Measurement } from './fact.js';
import { bodyOf, type Ground } from './ground.js';
import { lazily } from './lazily.js';
import { scimClient } from './scim-client.js';

/** Which bearer tokens work while one is being rotated. */
export function rotationMeasurements(ground: Ground): Measurement[] {
  const { stytch, organizationId, connection } = ground;
  const next = lazily(() => startRotation(ground));
  const words = async () => {
    const { baseUrl, token } = await connection();
    const works = async (one: string) =>
      (await scimClient(baseUrl, one)('GET', '/Users?count=1')).status < 300 ? 'works' : 'is refused';
    const [old, fresh] = [await works(token), await works(await next())];
    return { answer: `the old token ${old}, the new one ${fresh}`, old, fresh };
  };
  return [
    {
      question: 'between rotation start and complete',
      measure: async () => {
        const { answer, old } = await words();
        return old === 'works'
          ? fine(answer, 'Settings > SCIM has the new one pasted in before it completes.')
          : costly(
              answer,
              'Provisioning stops when a rotation starts, until the new token is pasted in. Tell the developers.',
            );
      },
    },
    {
      question: 'after rotation complete',
      measure: async () => {
        const [current, token] = [await connection(), await next()];
        bodyOf('rotateComplete', await stytch.completeRotation(organizationId, current.id));
        current.scim = scimClient(current.baseUrl, token);
        const { answer, old, fresh } = await words();
        return old === 'is refused' && fresh === 'works'
          ? fine(answer, 'As Settings > SCIM says.')
          : costly(answer, 'Not as Settings > SCIM says. Tell the developers.');
      },
    },
  ];
}

async function startRotation({ stytch, organizationId, connection }: Ground): Promise<string> {
  const started = bodyOf('rotateStart', await stytch.startRotation(organizationId, (await connection()).id));
  const token = asRecord(started.connection).next_bearer_token;
  return typeof token === 'string' ? token : failed('rotateStart shows no new token');
}
