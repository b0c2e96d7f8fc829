import {
  baseUrl,
  becomesRole,
  checked,
  choose,
  type Guide,
  type Part,
  paste,
  people,
  testWith,
  token,
} from './guide.js';

/** Okta has three kinds of apps for this, each with its own labels. The first one is recommended. */
export const oktaApps = ['saml', 'oidc', 'catalog'] as const;
export type OktaApp = (typeof oktaApps)[number];

export const oktaAppNames: Record<OktaApp, { name: string; text: string }> = {
  saml: {
    name: 'A SAML app of your own',
    text: 'People sign in to Scanner by SAML, or you create the app now. Recommended.',
  },
  oidc: {
    name: 'An OIDC app of your own',
    text: 'Okta has no SCIM for OIDC apps. You add a second, hidden app that only provisions.',
  },
  catalog: {
    name: '“SCIM 2.0 Test App (Header Auth)” of the catalog',
    text: 'For a trial only: Okta’s support says that these apps are for development, not for production.',
  },
};

export function okta(app: OktaApp): Guide {
  return guide(apps[app]());
}

const apps: Record<OktaApp, () => App> = {
  saml: () => ({
    minutes: 15,
    credentials: ownApp([
      {
        text: 'Open the Scanner app. If there is none: **Applications** > **Create App Integration** > **SAML 2.0**. On **General**, under **App Settings**, choose **Edit**, set **Provisioning** to **SCIM** (in some organizations: tick **Enable SCIM provisioning**) and **Save**. If the choice is missing, ask Okta’s support to switch on provisioning for apps of your own.',
      },
    ]),
  }),
  oidc: () => ({
    minutes: 20,
    notice: {
      title: 'Okta has no SCIM for OIDC apps',
      text: 'Keep the OIDC app for signing in. Create a second app that only provisions, hide it from people, and assign the same people and groups to both.',
    },
    credentials: ownApp([
      {
        text: 'Choose **Applications** > **Create App Integration** > **SWA - Secure Web Authentication**. Name it “Scanner provisioning”, give it the address of Scanner, tick **Do not display application icon to users** and **Finish**.',
      },
      {
        text: 'On **General**, under **App Settings**, choose **Edit**, set **Provisioning** to **SCIM** and **Save**. If the choice is missing, ask Okta’s support to switch on provisioning for apps of your own.',
      },
    ]),
  }),
  catalog: () => ({
    minutes: 15,
    notice: {
      title: 'For a trial only',
      text: 'Okta’s support writes that its SCIM test apps are for development and testing, and that vendors should not send customers to them. For production choose an app of your own.',
    },
    credentials: {
      title: 'Give Okta the credentials',
      form: { title: 'Provisioning > Integration', button: 'Test API Credentials' },
      steps: [
        {
          text: 'Choose **Applications** > **Browse App Catalog** > “SCIM 2.0 Test App (Header Auth)” > **Add Integration**. On **Sign-On Options** keep SAML 2.0, then **Done**.',
        },
        {
          text: 'On **Provisioning** choose **Configure API Integration**, tick **Enable API Integration** and fill in:',
          values: [baseUrl('Base URL'), token('API Token', 'Bearer ')],
        },
        {
          text: 'The API Token starts with `Bearer ` and a space: this app sends the field as it is. Then **Test API Credentials** and **Save**.',
        },
        toApp,
      ],
    },
  }),
};

const toApp = {
  text: 'On **Provisioning** > **To App** choose **Edit** and tick **Create Users**, **Update User Attributes** and **Deactivate Users**. Without the last one leavers stay in Scanner.',
};

function ownApp(create: Part['steps']): Part {
  return {
    title: 'Give Okta the credentials',
    form: { title: 'Provisioning > Integration', button: 'Test Connector Configuration' },
    steps: [
      ...create,
      {
        text: 'On **Provisioning** > **Integration** choose **Edit** and fill in. Okta writes `Bearer` before the token itself:',
        values: [
          baseUrl('SCIM connector base URL'),
          paste('Unique identifier field for users', 'userName'),
          choose('Authentication Mode', 'HTTP Header'),
          token('HTTP Header Authorization: Bearer'),
        ],
      },
      {
        text: 'Under **Supported provisioning actions** tick **Push New Users**, **Push Profile Updates** and **Push Groups**. Then **Test Connector Configuration** and **Save**.',
      },
      toApp,
    ],
  };
}

type App = { minutes: number; notice?: Guide['notice']; credentials: Part };

function guide({ minutes, notice, credentials }: App): Guide {
  return {
    minutes,
    ...(notice === undefined ? {} : { notice }),
    needs: [
      'An Okta administrator who may edit applications',
      'Provisioning, switched on for your Okta organization: if Okta does not offer it, ask its support',
      'One account that you can assign and unassign for the test',
    ],
    console: { name: 'Okta Admin Console', href: 'https://login.okta.com/' },
    parts: { credentials, users, roles, test },
    checked: checked(
      [
        {
          name: 'Okta Help Center: Add SCIM provisioning to app integrations',
          href: 'https://help.okta.com/oie/en-us/Content/Topics/Apps/Apps_App_Integration_Wizard_SCIM.htm',
        },
        {
          name: 'Okta Support: What are SCIM 2.0 Test Apps',
          href: 'https://support.okta.com/help/s/article/What-are-SCIM-20-Test-Apps',
        },
        {
          name: 'Okta Help Center: App assignments and Group Push',
          href: 'https://help.okta.com/oie/en-us/Content/Topics/users-groups-profiles/app-assignments-group-push.htm',
        },
        {
          name: 'Sourcegraph: Troubleshooting SCIM authentication errors with Okta (when the prefix Bearer is needed)',
          href: 'https://help.sourcegraph.com/article/troubleshooting-scim-authentication-errors-with-okta',
        },
      ],
      'Okta’s documents do not say under which external name it sends a list of roles, so groups are the way that we recommend.',
    ),
  };
}

const users: Part = {
  title: 'Choose the people',
  form: { title: 'Sign On > Settings', button: 'Save' },
  steps: [
    {
      text: `On **Sign On** set **Application username format** to **Email**. ${people.userName}`,
      values: [choose('Application username format', 'Email')],
    },
    { text: `Leave **External ID** as it is: Okta sends its own user id. ${people.externalId}` },
    { text: 'On **Assignments** assign one person first, look whether they appear here, then the others.' },
  ],
};

const roles: Part = {
  title: 'Send the roles',
  form: { title: 'Push Groups', button: 'Save' },
  steps: [
    {
      text: 'Create one group for each Scanner role, named like the role, for example `scanner_analyst`.',
    },
    {
      text: 'Assigning a group to the app sends its people, but not the group. So on **Push Groups** choose **Find groups by name** and push each group too. Use other groups for assigning than for pushing: Okta does not support one group for both.',
      values: [paste('Find groups by name', 'scanner_analyst')],
    },
    {
      text: 'Or by an attribute, which we could not check: in **Directory** > **Profile Editor** add to the Scanner app a string array attribute, and map it:',
      values: [
        paste('External name', 'roles'),
        paste('External namespace', 'urn:ietf:params:scim:schemas:core:2.0:User'),
      ],
      isElsewhere: true,
    },
    becomesRole,
  ],
};

const test = testWith([], 'On **Assignments** remove the test account. Okta sends this at once.');
