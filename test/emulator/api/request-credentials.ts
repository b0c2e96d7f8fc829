/** The credentials in a request's headers: the project's, and perhaps a member's session. */
import type { Request } from 'express';
import { apiError } from '../errors.js';
import type { Project } from '../world.js';
import type { MemberCredentials } from './member-authorization.js';

export function assertBasicAuth({ projectId, secrets }: Project, request: Request): void {
  const expected = secrets.map((secret) => `Basic ${Buffer.from(`${projectId}:${secret}`).toString('base64')}`);
  if (!expected.includes(request.headers.authorization ?? '')) throw apiError('unauthorized_credentials');
}

export function memberCredentials(request: Request): MemberCredentials | undefined {
  const session_token = request.get('X-Stytch-Member-Session');
  const session_jwt = request.get('X-Stytch-Member-SessionJWT');
  return session_token === undefined && session_jwt === undefined ? undefined : { session_token, session_jwt };
}
