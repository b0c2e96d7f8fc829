import { asRecord } from '../../../directory/json.js';
import { question } from '../question.js';
import { failed, fineIf, type Measurement } from './fact.js';
import { bodyOf, type Ground } from './ground.js';
import { lazily } from './lazily.js';
import { scimClient } from './scim-client.js';

/** Which bearer tokens work during a rotation. */
export function rotationMeasurements(ground: Ground): Measurement[] {
  const { stytch, organizationId, connection } = ground;
  const next = lazily(() => startRotation(ground));
  const bothTokens = async () => {
    const { baseUrl, token } = await connection();
    const isAccepted = async (one: string) => (await scimClient(baseUrl, one)('GET', '/Users?count=1')).status < 300;
    const [old, fresh] = [await isAccepted(token), await isAccepted(await next())];
    return `the old token ${old ? 'works' : 'is refused'}, the new one ${fresh ? 'works' : 'is refused'}`;
  };
  return [
    question(
      'between rotation start and complete',
      bothTokens,
      fineIf(/^the old token works/, 'Settings > SCIM asks to save the new one before it completes.', {
        costly: 'Provisioning stops when a rotation starts, until the new token is saved. Tell the developers.',
      }),
    ),
    question(
      'after rotation complete',
      async () => {
        const [current, token] = [await connection(), await next()];
        bodyOf('rotateComplete', await stytch.completeRotation(organizationId, current.id));
        current.scim = scimClient(current.baseUrl, token);
        return bothTokens();
      },
      fineIf(/^the old token is refused, the new one works$/, 'As Settings > SCIM says.', {
        costly: 'Not as Settings > SCIM says. Tell the developers.',
      }),
    ),
  ];
}

async function startRotation({ stytch, organizationId, connection }: Ground): Promise<string> {
  const started = bodyOf('rotateStart', await stytch.startRotation(organizationId, (await connection()).id));
  const token = asRecord(started.connection).next_bearer_token;
  return typeof token === 'string' ? token : failed('rotateStart shows no new token');
}
