/**
 * The instructions for one identity provider, as data. In the texts `**…**` marks a label of its console and `` `…` `` a text to
 * type. They hold no connection, so they can be read before there is one.
 */
export type Guide = {
  /** The work at the keyboard, without waiting. Our own estimate. */
  minutes: number;
  /** What the admin needs before they begin. */
  needs: readonly string[];
  /** `href` is null where each customer has an address of its own. */
  console: { name: string; href: string | null };
  /** What to know before anything is created, for example that there is no SCIM. */
  notice?: { title: string; text: string };
  parts: Record<PartId, Part>;
  checked: Checked;
};

export const partIds = ['credentials', 'users', 'roles', 'test'] as const;
export type PartId = (typeof partIds)[number];

/** `form`: the provider's form that is drawn beside the steps. Its fields are the values of the steps. */
export type Part = { title: string; steps: readonly Step[]; form?: { title: string; button: string } };

/** `isElsewhere`: the values belong to another form than the drawn one. */
export type Step = { text: string; values?: readonly Value[]; isElsewhere?: true };

/** A value to paste or to choose, with the provider's own label. `prefix`: what stands in the field before the token. */
export type Value = { label: string } & (
  | { is: 'base_url' }
  | { is: 'token'; prefix: '' | 'Bearer ' }
  | { is: 'fixed'; value: string; action: 'paste' | 'choose' }
);

/** When and against what the guide was checked. `unknown`: what could not be found, said to the admin. */
export type Checked = { on: string; against: readonly Source[]; unknown?: string };
type Source = { name: string; href: string };

export const baseUrl = (label: string): Value => ({ label, is: 'base_url' });
export const token = (label: string, prefix: '' | 'Bearer ' = ''): Value => ({ label, is: 'token', prefix });
export const paste = (label: string, value: string): Value => ({ label, is: 'fixed', value, action: 'paste' });
export const choose = (label: string, value: string): Value => ({ label, is: 'fixed', value, action: 'choose' });

/** The day on which all guides were last compared with the documents that they name. */
export function checked(against: readonly Source[], unknown?: string): Checked {
  return { on: '2026-11-28', against, ...(unknown === undefined ? {} : { unknown }) };
}

/** What every provider must send about people. */
export const people = {
  userName:
    '`userName` must be the e-mail address by which the person signs in to Scanner. Anything else creates a second person.',
  externalId:
    '`externalId` must be an id that never changes and that no two people share. Scanner recognizes a returning person by it.',
};

/** How a role gets from the provider into Scanner. */
export const becomesRole: Step = {
  text: 'Each name that Scanner receives appears here under Roles. Create the role `scim:` + name there, for example `scim:scanner_analyst` for `scanner_analyst`. Everybody who holds the name has the role, as long as they hold it.',
};

/** For providers that send roles as groups. */
export function rolesByGroups(whereToPush: string): Part {
  return {
    title: 'Send the roles',
    steps: [
      { text: 'Create one group for each Scanner role, named like the role: `scanner_analyst`, `scanner_admin`.' },
      { text: whereToPush },
      becomesRole,
    ],
  };
}

/** The last part: a leaver, tried with an account that nobody needs. */
export function testWith(start: readonly Step[], unassign: string): Part {
  return {
    title: 'Test a leaver',
    steps: [
      ...start,
      { text: unassign },
      {
        text: 'Scanner shows the account as deactivated, without roles, within five minutes after your identity provider has sent it.',
      },
    ],
  };
}
