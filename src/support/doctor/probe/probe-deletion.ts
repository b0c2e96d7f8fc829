import { saysGone } from '../../../directory/member.js';
import { fine, type Measurement } from './fact.js';
import { bodyOf, type Ground } from './ground.js';
import { lazily } from './lazily.js';

/** What becomes of somebody when the connection goes that they came by? Looked at later: it may take its time. */
export function deletionMeasurements(ground: Ground): { begin: Measurement; end: Measurement } {
  const deletion = lazily(async () => {
    const { memberId } = await ground.person('four');
    const { id } = await ground.connection();
    const answer = bodyOf('delete', await ground.stytch.deleteConnection(ground.organizationId, id));
    return { memberId, status: String(answer.status_code) };
  });
  return {
    begin: {
      question: 'delete the connection',
      measure: async () => fine((await deletion()).status, 'What it fired is among the webhooks.'),
    },
    end: {
      question: 'a member whose connection was deleted',
      measure: async () => {
        const { memberId } = await deletion();
        const member = await ground.member(memberId);
        const registration = member.scim_registration ? 'with' : 'without';
        const answer = `${member.status}, ${registration} a scim_registration`;
        return saysGone(member)
          ? fine(answer, 'Everybody of the connection is deactivated; many at once are held for support.')
          : fine(answer, 'Nobody is deactivated: who left after that has to be removed in Stytch.');
      },
    },
  };
}
