/** One call of the B2B API: its route, what it accepts, which permission it needs, what it does. */
import type { ZodError, ZodType } from 'zod';
import { apiError } from '../errors.js';
import type { World } from '../world.js';
import type { CallName } from './call-log.js';
import { authorizeMember, type MemberCredentials, type Permission } from './member-authorization.js';

export interface CallDefinition<Input> {
  readonly name: CallName;
  readonly method: 'get' | 'post' | 'put' | 'delete';
  readonly path: string;
  /** The parameters of path, query and body together, as in the SDK's own request types. */
  readonly input: ZodType<Input>;
  /** What the session in X-Stytch-Member-Session must allow; without it such a session is refused. */
  readonly permissions?: (input: Input) => readonly Permission[];
  readonly creates?: boolean;
  /** Needs no Basic auth. */
  readonly open?: boolean;
  readonly handle: (world: World, input: Input) => object | Promise<object>;
}

export interface ApiCall extends Pick<CallDefinition<never>, 'name' | 'method' | 'path' | 'open' | 'creates'> {
  run(world: World, input: unknown, member: MemberCredentials | undefined): object | Promise<object>;
}

export function defineCall<Input>(definition: CallDefinition<Input>): ApiCall {
  const { input, permissions, handle, ...route } = definition;
  return {
    ...route,
    run(world, unchecked, member) {
      const parsed = input.safeParse(unchecked);
      if (!parsed.success) throw apiError('bad_request', explain(parsed.error));
      // Without a session there is no await: an answer is as old as the request's arrival.
      if (member === undefined) return handle(world, parsed.data);
      if (permissions === undefined) throw apiError('not_emulated', `${route.name} with a member session.`);
      const needed = permissions(parsed.data);
      return authorizeMember(world, member, needed).then(() => handle(world, parsed.data));
    },
  };
}

function explain(error: ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
}
