import { holdAgainstDocument } from './api-document.js';
import type { Lab } from './lab.js';

// biome-ignore lint/suspicious/noExplicitAny: answers have many shapes, and tests look at all of them
export type ApiAnswer = { status: number; headers: Headers; body: any; text: string };

/** A customer's admin at work: a team, its organization, and a session with Stytch. */
export type TestAdmin = {
  teamId: string;
  organizationId: string;
  memberId: string;
  jwt: string;
  sessionToken: string;
  /** JSON, with the session as bearer token. Each answer is held against the OpenAPI document. */
  api(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<ApiAnswer>;
  /** A page, or a form that is sent, with the session as cookie, as a browser without scripts does it. */
  page(path: string, form?: Record<string, string | string[]>): Promise<ApiAnswer>;
};

export async function signInAdmin(
  lab: Lab,
  options: { name?: string; roles?: string[]; stytchRoles?: string[]; teamName?: string } = {},
): Promise<TestAdmin> {
  const { name = 'Acme', roles = [], stytchRoles = ['stytch_admin'] } = options;
  const team = await lab.team({ name, roles });
  const email = `admin-${team.teamId}@${name.toLowerCase().replace(/\W/g, '') || 'x'}.example`;
  const { member_id: memberId } = lab.emulator.directory.silently(() =>
    lab.emulator.directory.createMember(team.organizationId, { email_address: email, roles: stytchRoles }),
  );
  return { ...team, memberId, ...(await signInAs(lab, memberId)) };
}

export async function signInAs(lab: Lab, memberId: string) {
  const { session_jwt: jwt, session_token: sessionToken } = await lab.emulator.sessions.mint({ memberId });
  const read = async (response: Response): Promise<ApiAnswer> => {
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json');
    return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : null };
  };
  return {
    jwt,
    sessionToken,
    api: async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
      const sent = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
      const json = body === undefined ? {} : { 'content-type': 'application/json' };
      const all = { authorization: `Bearer ${jwt}`, ...json, ...headers };
      const answer = await read(await fetch(`${lab.url}/api/scim${path}`, { method, headers: all, ...sent }));
      const contentType = answer.headers.get('content-type')?.split(';')[0] ?? '';
      await holdAgainstDocument(lab.url, { method, path: `/api/scim${path}`, ...answer, contentType });
      return answer;
    },
    page: async (path: string, form?: Record<string, string | string[]>) => {
      const headers = { cookie: `stytch_session_jwt=${jwt}`, 'sec-fetch-site': 'same-origin' };
      const entries = Object.entries(form ?? {}).flatMap(([key, value]) => [value].flat().map((one) => [key, one]));
      const sent = form === undefined ? {} : { method: 'POST', body: new URLSearchParams(entries) };
      return read(await fetch(`${lab.url}/settings/scim${path}`, { headers, redirect: 'manual', ...sent }));
    },
  };
}
