import { saysGone } from '../../../directory/member.js';
import { question } from '../question.js';
import { anyIsFine, fine, type Measurement } from './fact.js';
import { bodyOf, type Ground } from './ground.js';
import { lazily } from './lazily.js';

/** What happens to members when their connection is deleted. The end is measured later, because it may take time. */
export function deletionMeasurements(ground: Ground): { begin: Measurement; end: Measurement } {
  const deletion = lazily(async () => {
    const { memberId } = await ground.person('four');
    const { id } = await ground.connection();
    const answer = bodyOf('delete', await ground.stytch.deleteConnection(ground.organizationId, id));
    return { memberId, status: String(answer.status_code) };
  });
  return {
    begin: question(
      'delete the connection',
      async () => (await deletion()).status,
      anyIsFine('Its webhooks are among those below.'),
    ),
    end: question(
      'a member whose connection was deleted',
      async () => ground.member((await deletion()).memberId),
      (member) =>
        fine(
          `${member.status}, ${member.scim_registration ? 'with' : 'without'} a scim_registration`,
          saysGone(member)
            ? 'All members of the connection are deactivated; many at once are held for support.'
            : 'Nobody is deactivated: people who leave after that have to be removed in Stytch.',
        ),
    ),
  };
}
