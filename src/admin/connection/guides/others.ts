import {
  baseUrl,
  type Checked,
  checked,
  choose,
  type Guide,
  people,
  rolesByGroups,
  type Step,
  testWith,
  token,
  type Value,
} from './guide.js';

/** The differences between providers that need little more than a URL and a token. */
type Console = {
  minutes: number;
  needs: readonly string[];
  name: string;
  href: string | null;
  notice?: Guide['notice'];
  /** What to do before the form with the two values appears. */
  before?: readonly string[];
  /** Where to enter the values, and the provider's labels in the order of its form. */
  open: string;
  form: { title: string; button: string };
  values: readonly Value[];
  userName: string;
  pushGroups: string;
  start: string;
  unassign: string;
  checked: Checked;
};

/** A guide of the usual form: one form with the values, e-mail addresses as user names, roles as groups. */
export function usualGuide(name: string, provider: Console): Guide {
  const { minutes, needs, href, notice, before = [], open, form, values, userName, pushGroups, start } = provider;
  return {
    minutes,
    needs,
    ...(notice === undefined ? {} : { notice }),
    console: { name: provider.name, href },
    parts: {
      credentials: {
        title: `Give ${name} the credentials`,
        form,
        steps: [...before.map((text): Step => ({ text })), { text: open, values }],
      },
      users: {
        title: 'Choose the people',
        form: { title: 'Attributes of people', button: 'Save' },
        steps: [
          { text: `${userName} ${people.userName}`, values: [choose('userName', 'the e-mail address')] },
          { text: people.externalId, values: [choose('externalId', 'an id that never changes')] },
        ],
      },
      roles: rolesByGroups(pushGroups),
      test: testWith([{ text: start }], provider.unassign),
    },
    checked: provider.checked,
  };
}

export const generic: Guide = usualGuide('your identity provider', {
  minutes: 20,
  needs: ['An administrator of your identity provider', 'Its SCIM 2.0 client: many products have it in a paid plan'],
  name: 'the console of your identity provider',
  href: null,
  open: 'Open the SCIM (provisioning) settings of the Scanner application, choose SCIM 2.0 with a bearer token, and fill in:',
  form: { title: 'SCIM settings', button: 'Test' },
  values: [baseUrl('SCIM Base URL'), token('HTTP Header Bearer Token')],
  userName: 'Set `userName` to the primary e-mail address.',
  pushGroups:
    'Send the groups to Scanner, or the names of roles in the SCIM attribute `roles`: `"roles":[{"value":"scanner_analyst"}]`.',
  start: 'Switch **Create users**, **Update users** and **Deactivate users** on, and start.',
  unassign: 'Remove or deactivate the test account in your identity provider.',
  checked: checked(
    [
      { name: 'RFC 7643: SCIM core schema', href: 'https://www.rfc-editor.org/rfc/rfc7643' },
      { name: 'RFC 7644: SCIM protocol', href: 'https://www.rfc-editor.org/rfc/rfc7644' },
    ],
    'Labels differ from product to product. If the first request is refused, look whether the field for the token needs `Bearer ` before it.',
  ),
});
