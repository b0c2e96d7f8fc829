import { baseUrl, checked, choose, type Guide, paste, token } from './guide.js';
import { usualGuide } from './others.js';

/** Products that send SCIM from an application of the customer's own. */

const unassigned = 'Take the test account out of the application, and save.';
const notTried = 'The labels come from these documents. We did not try them in a console of our own.';

export const cyberark: Guide = usualGuide('CyberArk', {
  minutes: 20,
  needs: ['A CyberArk Identity administrator', 'The Scanner application in CyberArk, by SAML'],
  name: 'CyberArk Identity Administration',
  href: null,
  open: 'Open **Apps & Widgets** > **Web Apps** > the Scanner app > **Provisioning**, tick **Enable provisioning for this application** and **Live Mode**, and fill in:',
  form: { title: 'Provisioning', button: 'Verify' },
  values: [
    baseUrl('SCIM Service URL'),
    choose('Authorization Type', 'Authorization Header'),
    choose('Header Type', 'Bearer Token'),
    token('Bearer Token'),
  ],
  userName: 'In the provisioning script or attribute mapping set `userName` to the e-mail address.',
  pushGroups: 'Under **Role Mappings** add each role and name its **Destination Group** like the Scanner role.',
  start: '**Verify**, **Save**, then **Outbound Provisioning** > **Start Sync**.',
  unassign: unassigned,
  checked: checked(
    [
      {
        name: 'CyberArk: SCIM outbound provisioning overview',
        href: 'https://docs.cyberark.com/Idaptive/Latest/en/Content/Developer/scim-management/scim-outbound-provisioning.htm',
      },
    ],
    'CyberArk’s public pages describe the feature but not every label of the form, so yours may differ in a word.',
  ),
});

export const duo: Guide = usualGuide('Duo', {
  minutes: 20,
  needs: [
    'A Duo Essentials, Advantage or Premier plan, with Duo Single Sign-On set up',
    'A Duo administrator who may edit applications',
    'The Scanner application in Duo, by SAML or OIDC',
  ],
  name: 'Duo Admin Panel',
  href: 'https://admin.duosecurity.com/applications',
  open: 'Open **Applications** > the Scanner application > its provisioning settings, choose a bearer token as authentication, and enter the two values:',
  form: { title: 'Provisioning', button: 'Save' },
  values: [baseUrl('Base URL'), token('Token')],
  userName: 'In the attributes of the provisioning settings map `userName` to the e-mail address.',
  pushGroups:
    'Assign the groups to provisioning. Duo creates them at Scanner with their own names, and follows changes of names and of members.',
  start: 'Start with one small group. Duo sends all its members at once.',
  unassign: 'Take the test account out of the provisioned group. Duo then removes it from Scanner.',
  checked: checked(
    [{ name: 'Duo: Automated Provisioning', href: 'https://duo.com/docs/automated-provisioning' }],
    'We found how it works, but not the exact labels of the form. “Base URL” and “Token” are our words.',
  ),
});

export const jumpcloud: Guide = usualGuide('JumpCloud', {
  minutes: 15,
  needs: [
    'A JumpCloud administrator',
    'A custom application with “Export users to this app (Identity Management)”',
    'An e-mail address that no account has, for JumpCloud’s own test',
  ],
  name: 'JumpCloud Admin Portal',
  href: 'https://console.jumpcloud.com/#/sso',
  before: [
    'Open **SSO Applications** > the Scanner app. If there is none: **Add New Application** > **Custom Application**, with **Export users to this app (Identity Management)**.',
  ],
  open: 'On **Identity Management** choose **SCIM API** and **SCIM 2.0**, and fill in:',
  form: { title: 'Identity Management', button: 'Test Connection' },
  values: [choose('SCIM Version', 'SCIM 2.0'), baseUrl('Base URL'), token('Token Key')],
  userName:
    'As **Test User Email** enter an address that nobody has yet. JumpCloud sends the e-mail address as `userName`.',
  pushGroups:
    'Turn on **Enable management of User Groups and Group Membership in this application**, and bind the groups under **User Groups**.',
  start: '**Test Connection**, **Activate**, then **Save**.',
  unassign: 'Take the test account out of the groups that are bound to the application.',
  checked: checked(
    [
      {
        name: 'PropelAuth: SCIM with JumpCloud',
        href: 'https://docs.byo.propelauth.com/scim/example-setup-guides/jumpcloud',
      },
      {
        name: 'Kisi: JumpCloud SCIM provisioning',
        href: 'https://help.kisi.io/marketplace/identity_management/scim/jumpcloud',
      },
      { name: 'BoxyHQ: JumpCloud SCIM 2.0', href: 'https://boxyhq.com/docs/directory-sync/providers/jumpcloud' },
    ],
    'These are guides of other products; we found no page of JumpCloud’s own for custom applications.',
  ),
});

export const miniorange: Guide = usualGuide('miniOrange', {
  minutes: 20,
  needs: ['A miniOrange administrator', 'A miniOrange group with the people who may use Scanner'],
  name: 'miniOrange Admin Console',
  href: 'https://login.xecurify.com/moas/login',
  before: [
    'Choose **Apps** > **Add Application**, and **Provisioning** in the list **All Apps**. Search for “SCIM Server” and take **SCIM Server (Destination)**, the one that sends people out. (“SCIM Client” is for the other direction.)',
  ],
  open: 'Enter a **Display Application Name** and **Save**. In **Authorization Configuration** fill in:',
  form: { title: 'Authorization Configuration', button: 'Test Connection' },
  values: [baseUrl('SCIM Base URL'), token('Bearer Token')],
  userName:
    'On **Attributes Mapping** > **Users** map `userName` and `emails[type eq "work"].value` from the e-mail address.',
  pushGroups:
    'On **Attributes Mapping** > **Groups** map **Group Name** to `displayName`. Switch **Create Group**, **Delete Group** and **Add/Remove Group Membership of User** on.',
  start:
    'Switch **Create User**, **Update User** and **Delete User** on: without the last one leavers stay in Scanner. Then add a **Policy** that gives the application to the group.',
  unassign: 'Remove the test account from the group of the application.',
  checked: checked(
    [
      {
        name: 'miniOrange: How to add a SCIM Server app',
        href: 'https://www.miniorange.com/iam/content-library/admin-docs/how-to-add-scim-server-app',
      },
    ],
    notTried,
  ),
});

export const onelogin: Guide = usualGuide('OneLogin', {
  minutes: 20,
  needs: [
    'A OneLogin administrator',
    'The app “SCIM Provisioner with SAML (SCIM v2 Enterprise)” of OneLogin’s catalog',
  ],
  name: 'OneLogin Administration',
  href: 'https://app.onelogin.com/login',
  before: [
    'Open **Applications** > the Scanner app. If there is none: **Add App** > “SCIM Provisioner with SAML (SCIM v2 Enterprise)”, name it and **Save**.',
  ],
  open: 'On **Configuration** fill in. Under **API Connection** choose **Enable** afterwards:',
  form: { title: 'Configuration', button: 'Enable' },
  values: [baseUrl('SCIM Base URL'), token('SCIM Bearer Token'), choose('SCIM Username Format', 'Email')],
  userName: 'On **Parameters** set **SCIM Username** to **Email**.',
  pushGroups:
    'On **Parameters** open **Groups** and tick **Include in User Provisioning**. On **Rules** add a rule that sets **Groups** in the app from the person’s OneLogin roles, named like the Scanner roles.',
  start:
    'On **Provisioning** tick **Enable provisioning**, and choose **Suspend** or **Delete** for people who are removed. Assignments may wait as **Pending** until somebody approves them.',
  unassign: 'Remove the app from the test account under **Users** > **Applications**.',
  checked: checked(
    [
      { name: 'BoxyHQ: OneLogin SCIM 2.0', href: 'https://boxyhq.com/docs/directory-sync/providers/onelogin' },
      { name: 'scim.dev: OneLogin', href: 'https://scim.dev/guide/applications/onelogin' },
    ],
    'These are guides of other products. The field “SCIM Username Format” is not in all of them; if it is missing, Parameters decide alone.',
  ),
});

export const pingfederate: Guide = usualGuide('PingFederate', {
  minutes: 40,
  needs: [
    'A PingFederate administrator, and a license with provisioning',
    'The SCIM Provisioner of Ping, installed on the server: the bundled plug-in sends SCIM 1.1 only',
  ],
  name: 'the administrative console of your PingFederate server',
  href: null,
  open: 'Open **Applications** > **SP Connections** > Scanner > **Outbound Provisioning** with the SCIM Provisioner, and fill in on **Target**:',
  form: { title: 'Outbound Provisioning > Target', button: 'Next' },
  values: [
    baseUrl('SCIM URL'),
    choose('SCIM Version', '2.0'),
    choose('Authentication Methods', 'OAuth 2 Bearer Token'),
    token('Access Token'),
    choose('Unique User Identifier', 'userName'),
  ],
  userName: 'Under **Attribute Mapping** map `userName` from the e-mail address.',
  pushGroups: 'Under **Channel** > **Source Location** name the groups; each is sent with its own name.',
  start: 'Set **Remove User Action** to **Disable** or **Delete**, and the channel and the connection to **Active**.',
  unassign: 'Move the test account out of the source location of the channel.',
  checked: checked(
    [
      {
        name: 'Ping Identity: SCIM provisioner settings reference',
        href: 'https://docs.pingidentity.com/integrations/scim/setup/pf_scim_connector_scim_connector_settings_reference.html',
      },
      {
        name: 'Ping Identity: SCIM Provisioner',
        href: 'https://docs.pingidentity.com/integrations/scim/pf_scim_connector.html',
      },
    ],
    notTried,
  ),
});

export const rippling: Guide = usualGuide('Rippling', {
  minutes: 20,
  needs: ['A Rippling administrator who may add custom integrations', 'Rippling’s identity management (IT)'],
  name: 'Rippling admin dashboard',
  href: 'https://app.rippling.com/',
  before: [
    'Choose **IT** > **Third-Party Access** > **Add Integration** > **Create New Custom Integration** (in some accounts: **Custom App** > **Create New App**), and tick **User Management via SCIM**.',
  ],
  open: 'Fill in. Rippling asks for the token when you install the integration:',
  form: { title: 'Create new integration', button: 'Continue' },
  values: [
    choose('SCIM Version', '2.0'),
    baseUrl('SCIM Base URL'),
    choose('SCIM Authorization Method', 'Bearer Token'),
    paste('Supported SCIM Attributes', 'externalId, emails.primary, name.givenName, name.familyName'),
    token('Bearer Token'),
  ],
  userName:
    'Tick **Supports Groups**, **Supports Pagination**, **Create & Delete Groups** and **Use PATCH to edit Groups**. On **Attribute Mappings** set each attribute to **On user creation and updates**, with the e-mail address as `userName`.',
  pushGroups: 'Under **Group push** choose the groups that are named like the Scanner roles.',
  start: 'Choose who gets the app, and when they lose it: at once when they leave. Then **Save**.',
  unassign: unassigned,
  checked: checked(
    [
      {
        name: 'WorkOS: Rippling SCIM',
        href: 'https://workos.com/docs/integrations/rippling-scim/2-create-your-rippling-application',
      },
      {
        name: 'Kombo: Rippling SCIM',
        href: 'https://help.kombo.dev/hc/en-us/articles/35612530773521-Rippling-SCIM-How-do-I-link-my-account',
      },
    ],
    'These are guides of other products; Rippling’s own pages need an account.',
  ),
});
