import { baseUrl, checked, type Guide, people, rolesByGroups, testWith, token } from './guide.js';

/** Google Workspace: auto-provisioning exists for apps of Google's catalogue only, and Scanner is none of them. */
export const google: Guide = {
  minutes: 30,
  needs: [
    'A Google Workspace super administrator',
    'Better: another identity provider that reads its people from Google, such as JumpCloud, Okta or Entra',
    'Patience: Google sends changes every few hours',
  ],
  console: { name: 'Google Admin console', href: 'https://admin.google.com/ac/apps/unified' },
  notice: {
    title: 'Google provisions only apps of its own catalog',
    text: 'A custom SAML app has no auto-provisioning, and we know of no Scanner app in Google’s catalog. Two ways work. **The safe one:** let another identity provider read the people from Google, and connect that one to Scanner; choose it instead of Google. **The other one:** use a catalog app whose form takes any address and token. Others do so with “Keeper Web (SAML)”. Neither Google nor the maker of that app promises it, and it can stop without notice.',
  },
  parts: {
    credentials: {
      title: 'Give Google the credentials',
      form: { title: 'Auto-provisioning', button: 'Continue' },
      steps: [
        {
          text: 'Choose **Apps** > **Web and mobile apps** > **Add app** > **Search for apps**, and pick the catalog app that you use in place of a Scanner app. Finish its SAML set-up, then open it.',
        },
        {
          text: 'Under **Auto-provisioning** choose **Configure auto-provisioning**, and fill in:',
          values: [token('Access token'), baseUrl('Endpoint URL')],
        },
      ],
    },
    users: {
      title: 'Choose the people',
      steps: [
        {
          text: `Under **Attribute mapping** map \`userName\` and \`emails.value\` from **Basic Information** > **Primary email**. ${people.userName}`,
        },
        { text: people.externalId },
        {
          text: 'Under the provisioning scope choose the groups whose people may use Scanner, and turn the app **ON** for them.',
        },
      ],
    },
    roles: rolesByGroups(
      'Whether groups themselves arrive depends on the catalog app that you use. If no name appears here under Roles, map a custom attribute to `roles` if the app offers it, or give the roles in Scanner by hand.',
    ),
    test: testWith(
      [
        {
          text: 'Under **Deprovisioning** enable every case with the shortest delay, within 24 hours: leavers keep their access until Google sends. Then turn **Auto-provisioning** on.',
        },
      ],
      'Suspend the test account, or turn the app off for it. Google needs up to a few hours, plus the delay that you chose.',
    ),
  },
  checked: checked(
    [
      {
        name: 'Google Workspace: About automated user provisioning',
        href: 'https://knowledge.workspace.google.com/admin/users/advanced/about-automated-user-provisioning',
      },
      {
        name: 'Google Workspace: Configure auto-provisioning (for one app of the catalog)',
        href: 'https://support.google.com/a/answer/9338944',
      },
      {
        name: 'Ory: SCIM provisioning from Google Workspace (with a catalog app)',
        href: 'https://www.ory.com/docs/kratos/manage-identities/scim/google-workspace',
      },
    ],
    'Whether Google sends groups for a catalog app is not documented. We did not try such an app with Scanner.',
  ),
};
