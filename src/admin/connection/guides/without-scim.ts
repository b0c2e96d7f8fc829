import { baseUrl, checked, choose, type Guide, paste, token } from './guide.js';
import { usualGuide } from './others.js';

/** Products that send no SCIM by themselves. Each guide says so first, then what works instead. */

export const keycloak: Guide = usualGuide('Keycloak', {
  minutes: 40,
  needs: [
    'An administrator of the Keycloak server, who may install extensions',
    'An extension that sends SCIM',
    'A server that reaches the internet',
  ],
  name: 'the admin console of your Keycloak server',
  href: null,
  notice: {
    title: 'Keycloak alone sends no SCIM',
    text: 'Its own SCIM feature, a preview in version 26, only receives people. Sending needs an extension by the community. The labels here are those of “keycloak-scim”, which sends people and groups; “keycloak-scim-outbound” sends people only, so no roles. Neither is maintained by Keycloak or by us.',
  },
  before: [
    'Put the extension’s file in `/opt/keycloak/providers/` and restart Keycloak. In **Realm settings** > **Events** > **Event listeners** add `scim` and save.',
  ],
  open: 'Choose **User federation** > **Add provider** > **scim**, and fill in:',
  form: { title: 'User federation > scim', button: 'Save' },
  values: [
    baseUrl('SCIM 2.0 endpoint'),
    choose('Endpoint content type', 'application/scim+json'),
    choose('Auth mode', 'BEARER'),
    token('Auth password/token'),
    choose('Enable user propagation', 'On'),
    choose('Enable group propagation', 'On'),
  ],
  userName:
    'The extension sends Keycloak’s user name as `userName`, so switch **Email as username** on in the realm, or set the variable `SCIM_EMAIL_AS_USERNAME=true` where the extension knows it.',
  pushGroups: 'With **Enable group propagation** each group and its members are sent with the group’s name.',
  start:
    'Leave **Enable import during sync** off: Scanner is no source of people. Then choose **Sync all users** once, for those who are there already.',
  unassign: 'Delete the test account. Check yourself what your extension sends when an account is only disabled.',
  checked: checked(
    [
      { name: 'mitodl/keycloak-scim: README and source', href: 'https://github.com/mitodl/keycloak-scim' },
      {
        name: 'Termindiego25/keycloak-scim-outbound: README',
        href: 'https://github.com/Termindiego25/keycloak-scim-outbound',
      },
      { name: 'Phase Two: Keycloak’s SCIM API', href: 'https://phasetwo.io/tutorials/scim/getting-started/' },
    ],
    'Several extensions share a name and differ in details. We tried none of them with Scanner.',
  ),
});

export const salesforce: Guide = usualGuide('Salesforce', {
  minutes: 60,
  needs: [
    'Another identity provider that already knows these people (the usual way)',
    'Or a Salesforce developer who builds a connector',
  ],
  name: 'Salesforce Setup',
  href: 'https://login.salesforce.com/',
  notice: {
    title: 'Salesforce has no ready connector for SCIM',
    text: 'Salesforce can receive SCIM. To send people elsewhere it has “User Provisioning for Connected Apps”, which needs a connector for each target; we found none for SCIM in general. If your people come into Salesforce from Okta, Entra or another identity provider, connect that one to Scanner instead.',
  },
  before: [
    'In Salesforce Setup open the connected app of Scanner, and **Enable User Provisioning** > **Launch User Provisioning Wizard**. It asks for the flow of the connector that your developer has built.',
  ],
  open: 'Give the connector these values. It sends them as the address and the header `Authorization`:',
  form: { title: 'Named credential of the connector', button: 'Save' },
  values: [baseUrl('URL'), token('Authorization', 'Bearer ')],
  userName: 'The connector must send the e-mail address as `userName`.',
  pushGroups:
    'The connector must send the names of roles in `roles`, for example `"roles":[{"value":"scanner_analyst"}]`.',
  start: 'Assign the connected app to a profile or permission set with one person.',
  unassign: 'Take the permission set from the test account. The connector must then send `"active":false`.',
  checked: checked(
    [
      {
        name: 'Salesforce: User Provisioning for Connected Apps',
        href: 'https://developer.salesforce.com/docs/atlas.en-us.202.0.securityImplGuide.meta/securityImplGuide/connected_app_user_provisioning.htm',
      },
    ],
    'We found no current page of Salesforce about sending SCIM 2.0, and did not build such a connector.',
  ),
});

export const shibboleth: Guide = usualGuide('Shibboleth', {
  minutes: 60,
  needs: ['A system beside Shibboleth that sends SCIM, such as Grouper (version 4 or newer)', 'Its administrator'],
  name: 'the console of your Grouper server',
  href: null,
  notice: {
    title: 'Shibboleth sends no SCIM',
    text: 'Shibboleth signs people in and sends attributes at that moment. It tells nobody that a person has left. Grouper, which many Shibboleth sites run, sends people and groups by SCIM: connect Grouper to Scanner.',
  },
  open: 'In Grouper create an **External system** for a bearer token, then a provisioner of the type SCIM that uses it:',
  form: { title: 'External system', button: 'Submit' },
  values: [baseUrl('Endpoint'), token('Bearer token'), choose('SCIM type', 'the one for a general SCIM 2.0 target')],
  userName: 'In the provisioner translate the e-mail address to `userName`.',
  pushGroups: 'Mark the groups that are named like the Scanner roles as provisionable to this target.',
  start: 'Run the full synchronization of the provisioner once, with one small group.',
  unassign: 'Remove the test account from all provisioned groups.',
  checked: checked(
    [
      {
        name: 'Internet2: Grouper provisioning SCIM',
        href: 'https://spaces.at.internet2.edu/display/Grouper/Grouper+provisioning+SCIM',
      },
    ],
    'The page shows the settings as pictures, so “Endpoint” and “Bearer token” are our words. We did not try Grouper with Scanner.',
  ),
});

export const classlink: Guide = usualGuide('ClassLink', {
  minutes: 30,
  needs: [
    'The directory that OneSync writes to: Microsoft Entra ID, Google or Active Directory',
    'An administrator of that directory',
  ],
  name: 'ClassLink LaunchPad',
  href: 'https://launchpad.classlink.com/',
  notice: {
    title: 'ClassLink OneSync sends no SCIM to other applications',
    text: 'As far as its public pages say, OneSync writes to Active Directory, Google, Microsoft Entra ID and CSV files. So connect the directory that it writes to: let OneSync fill Microsoft Entra ID, then choose Microsoft Entra ID here instead of ClassLink.',
  },
  open: 'If ClassLink’s support gives you a SCIM destination, it needs these values:',
  form: { title: 'SCIM destination', button: 'Save' },
  values: [baseUrl('Base URL'), token('Bearer token'), paste('SCIM version', '2.0')],
  userName: 'Send the e-mail address as `userName`.',
  pushGroups: 'Send one group for each Scanner role.',
  start: 'Make a dry run with one person first.',
  unassign: 'Remove the test account from the source, and let OneSync run.',
  checked: checked(
    [
      {
        name: 'ClassLink: OneSync Overview',
        href: 'https://support.classlink.com/hc/en-us/articles/360002960473-OneSync-Overview',
      },
    ],
    'We found no public page of ClassLink about SCIM, neither that it exists nor that it does not.',
  ),
});
