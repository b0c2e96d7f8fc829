import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../src/config/config.js';
import type { Emulator } from '../emulator/emulator.js';
import type { LocalPerson } from './sign-in.js';

const slug = 'scanner-support-desk';
const email = 'sam@scanner.dev';

/** Scanner's own organization, with Sam of support in it; what is there already, of an earlier day, stays. @returns its id */
export function openSupportDesk(emulator: Emulator): string {
  return emulator.directory.silently(() => {
    const organization = existing(emulator) ?? emulator.organizations.create({ name: 'Scanner', slug });
    const { organization_id } = organization;
    const isThere = emulator.directory.members(organization_id).some(({ email_address }) => email_address === email);
    if (!isThere) {
      const sam = { email_address: email, name: 'Sam', roles: ['scanner_support'] };
      emulator.directory.createMember(organization_id, sam);
    }
    return organization_id;
  });
}

/** Whoever the local Stytch lets into /support. */
export function supportOf(emulator: Emulator, { SUPPORT_ORGANIZATION_ID: id }: Config, url: string): LocalPerson[] {
  const members = emulator.directory.members(id ?? '');
  return members.map(({ member_id, name }) => ({
    ...{ memberId: member_id, title: `${name}, Scanner support`, to: `${url}/support` },
  }));
}

/** The processes' environment as a file, for `npm run support` against this machine. @returns how to use it */
export function supportCommand(folder: string, config: Config): string {
  const file = join(folder, 'env');
  const names = ['DATABASE_URL', 'REDIS_URL', 'STYTCH_PROJECT_ID', 'STYTCH_SECRET', 'STYTCH_BASE_URL'] as const;
  const lines = names.flatMap((name) => (config[name] === undefined ? [] : [`${name}=${config[name]}`]));
  lines.push(`STYTCH_WEBHOOK_SECRETS=${config.STYTCH_WEBHOOK_SECRETS.join(',')}`);
  lines.push(`SUPPORT_ORGANIZATION_ID=${config.SUPPORT_ORGANIZATION_ID ?? ''}`);
  writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o600 });
  return `env $(cat ${file}) npm run support -- status`;
}

function existing(emulator: Emulator) {
  try {
    return emulator.organizations.get(slug);
  } catch {
    return null; // the first day
  }
}
