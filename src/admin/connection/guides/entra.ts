import { baseUrl, becomesRole, checked, choose, type Guide, paste, people, testWith, token } from './guide.js';

/** Microsoft Entra ID: a non-gallery application. App roles use the one expression that also removes roles. */
export const entra: Guide = {
  minutes: 25,
  needs: [
    'An Entra administrator: at least Application Administrator',
    'Entra ID P1 or P2, if you assign groups',
    'Patience: after the first cycle Entra sends changes about every 40 minutes',
  ],
  console: {
    name: 'Microsoft Entra admin center',
    href: 'https://entra.microsoft.com/#view/Microsoft_AAD_IAM/StartboardApplicationsMenuBlade/~/AppAppsPreview',
  },
  parts: {
    credentials: {
      title: 'Give Entra the credentials',
      form: { title: 'Provisioning > New configuration', button: 'Test Connection' },
      steps: [
        {
          text: 'Open **Enterprise apps** and the Scanner application. If there is none: **New application** > **Create your own application** > **Integrate any other application you don’t find in the gallery (Non-gallery)**.',
        },
        {
          text: 'Open **Provisioning** > **New configuration** and fill in (in the older view: **Get started**, **Provisioning Mode** > **Automatic**, **Admin Credentials**):',
          values: [baseUrl('Tenant URL'), token('Secret Token')],
        },
        {
          text: 'Copy the whole Tenant URL. Its end, `?aadOptscim062020`, makes Entra send roles and removals as SCIM specifies. Then **Test Connection** and **Create** (older view: **Save**).',
        },
      ],
    },
    users: {
      title: 'Choose the people',
      form: { title: 'Attribute mapping > users', button: 'Save' },
      steps: [
        {
          text: `Open **Attribute mapping** and the mapping of users (older view: **Mappings** > **Provision Microsoft Entra ID Users**). Map \`userName\` from an attribute that holds the e-mail address, \`mail\` or \`userPrincipalName\`. ${people.userName}`,
          values: [choose('userName', 'mail (or userPrincipalName)')],
        },
        {
          text: `Change the mapping of \`externalId\` from \`mailNickname\` to \`objectId\` before the first run: two people can share a nickname. ${people.externalId}`,
          values: [choose('externalId', 'objectId')],
        },
        {
          text: 'Under **Users and groups** assign one person. **Provision on demand** sends this person at once, so you see here whether it works.',
        },
      ],
    },
    roles: {
      title: 'Send the roles',
      form: { title: 'Attribute mapping > Add New Mapping', button: 'Ok' },
      steps: [
        {
          text: 'Under **App registrations** > the application > **App roles** create one role for each Scanner role, for example with the **Value** `scanner_analyst`. Assign people or groups to it under **Users and groups**.',
        },
        {
          text: 'In the mapping of users choose **Show advanced options** > **Edit attribute list**, and add `roles` if it is missing. Then **Add New Mapping**:',
          values: [
            choose('Mapping type', 'Expression'),
            paste('Expression', 'AssertiveAppRoleAssignmentsComplex([appRoleAssignments])'),
            choose('Target attribute', 'roles'),
          ],
        },
        {
          text: 'Use exactly this expression. `AppRoleAssignmentsComplex` only adds roles: a role that is removed in Entra would stay in Scanner for ever. `SingleAppRoleAssignment` sends only one of several roles, and not always the same one.',
        },
        {
          text: 'Set **Scope** to **Sync only assigned users and groups**. With “Sync all users and groups” these expressions do not work, and roles get lost.',
          values: [choose('Scope', 'Sync only assigned users and groups')],
          isElsewhere: true,
        },
        becomesRole,
      ],
    },
    test: testWith(
      [
        {
          text: 'Choose **Start provisioning** (older view: **Provisioning Status** > **On**). Entra works in cycles: the first one takes longer, then changes arrive about every 40 minutes. The five minutes that Scanner promises begin when Entra sends.',
        },
      ],
      'Remove the test account under **Users and groups**. To see it at once, choose **Provision on demand** for this account; otherwise wait for the next cycle.',
    ),
  },
  checked: checked([
    {
      name: 'Microsoft Learn: Develop and plan provisioning for a SCIM endpoint',
      href: 'https://learn.microsoft.com/entra/identity/app-provisioning/use-scim-to-provision-users-and-groups',
    },
    {
      name: 'Microsoft Learn: Customize attribute mappings (roles, and the scope that they need)',
      href: 'https://learn.microsoft.com/entra/identity/app-provisioning/customize-application-attributes',
    },
    {
      name: 'Microsoft Learn: Managing user account provisioning (the older view, 40 minutes)',
      href: 'https://learn.microsoft.com/entra/identity/app-provisioning/configure-automatic-user-provisioning-portal',
    },
  ]),
};
