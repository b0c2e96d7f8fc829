import type { StytchDirectory } from '../../stytch/directory.js';
import { noTracing, type Tracing } from './tracing.js';

/** Each read from Stytch is a span, with the number of members requested and returned. */
export function tracedStytch(stytch: StytchDirectory, tracing: Tracing): StytchDirectory {
  if (tracing === noTracing) return stytch;
  return {
    getMember: (memberId, options) =>
      tracing.step({ name: 'stytch members.dangerouslyGet', facts: { 'scim.member_id': memberId } }, () =>
        stytch.getMember(memberId, options),
      ),
    searchMembers: (search, options) => {
      const facts = { 'scim.members_asked': search.memberIds?.length ?? 0 };
      return tracing.step({ name: 'stytch members.search', facts }, async () => {
        const page = await stytch.searchMembers(search, options);
        tracing.note({ 'scim.members_found': page.members.length });
        return page;
      });
    },
  };
}
