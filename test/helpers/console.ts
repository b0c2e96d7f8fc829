import { signInAs } from './admin.js';
import type { Lab } from './lab.js';

/** One of Scanner's own people, signed in with Stytch; by default one who may use /support. */
export async function signInSupport(lab: Lab, stytchRoles: string[] = ['scanner_support']) {
  const email_address = `sam-${crypto.randomUUID().slice(0, 8)}@scanner.dev`;
  const { member_id } = lab.emulator.directory.silently(() =>
    lab.emulator.directory.createMember(String(lab.env.SUPPORT_ORGANIZATION_ID), { email_address, roles: stytchRoles }),
  );
  const { jwt } = await signInAs(lab, member_id);
  return { email: email_address, jwt, ...callsOf(lab, jwt) };
}

/** Pages and forms of /support, as a browser without scripts asks for them. */
export function callsOf(lab: Lab, jwt: string | null) {
  const cookie = jwt === null ? '' : `stytch_session_jwt=${jwt}`;
  const ask = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(`${lab.url}/support${path}`, {
      redirect: 'manual',
      ...init,
      headers: { cookie, 'sec-fetch-site': 'same-origin', ...init.headers },
    });
    return { status: response.status, location: response.headers.get('location'), text: await response.text() };
  };
  return {
    get: (path: string) => ask(path),
    post: (path: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
      ask(path, { method: 'POST', body: new URLSearchParams(form), headers }),
  };
}
