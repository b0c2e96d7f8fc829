/** Answers one call over HTTP: faults first, then credentials, then the call itself, then the wait. */
import type { Request, RequestHandler } from 'express';
import { ApiError, apiError } from '../errors.js';
import type { World } from '../world.js';
import type { ApiCall } from './call.js';
import { breakOff, fail } from './fail.js';
import { logged } from './logged.js';
import { errorReply, type Reply, reply, send } from './reply.js';
import { assertBasicAuth, memberCredentials } from './request-credentials.js';
import { memberIdOf } from './request-member.js';

export function answer(world: World, call: ApiCall): RequestHandler {
  return async (request, response) => {
    const memberId = memberIdOf(request);
    logged(world.calls, { call: call.name, memberId }, response);
    const failure = world.faults.failureOf(call.name, memberId);
    if (failure !== undefined && failure !== 'lostReply') {
      fail(world, response, failure);
      return;
    }
    const answered = await run(world, call, request);
    await world.faults.hold(call.name);
    if (failure === 'lostReply') breakOff(response);
    else send(response, answered);
  };
}

async function run(world: World, call: ApiCall, request: Request): Promise<Reply> {
  try {
    if (call.open !== true) assertBasicAuth(world.project, request);
    if (call.name === 'members.search' && world.faults.isSearchRefused()) throw apiError('too_many_requests');
    const input = { ...request.query, ...request.body, ...request.params };
    const answered = call.run(world, input, memberCredentials(request));
    const status = call.creates === true ? world.switches.createStatus : 200;
    // No await where there is no promise: the answer is as old as the request's arrival.
    return reply(world, status, answered instanceof Promise ? await answered : answered);
  } catch (error) {
    if (error instanceof ApiError) return errorReply(world, error);
    throw error;
  }
}
