import { baseUrl, becomesRole, type Connected, fixed, type Guide, people, token } from './guide.js';

/** Microsoft Entra ID: a non-gallery application. App roles use the one expression that also removes roles. */
export function entra(connected: Connected): Guide {
  return [
    {
      title: 'Enable provisioning',
      steps: [
        {
          text: 'In the Microsoft Entra admin center open **Enterprise applications** and the Scanner application. If there is none: **New application** > **Create your own application** > **Integrate any other application you don’t find in the gallery (Non-gallery)**.',
        },
        {
          text: 'Open **Provisioning** > **Get started**, set **Provisioning Mode** to **Automatic**, and fill in **Admin Credentials**:',
          values: [baseUrl('Tenant URL', connected), token('Secret Token')],
        },
        {
          text: 'Copy the whole Tenant URL. Its end, `?aadOptscim062020`, makes Entra send roles and removals as SCIM specifies. Then **Test Connection** and **Save**.',
        },
      ],
    },
    {
      title: 'Identify people',
      steps: [
        {
          text: `Under **Mappings** open **Provision Microsoft Entra ID Users**. Map \`userName\` from an attribute that holds the e-mail address, \`mail\` or \`userPrincipalName\`. ${people.userName}`,
          values: [fixed('userName', 'mail (or userPrincipalName)')],
        },
        {
          text: `Change the mapping of \`externalId\` from \`mailNickname\` to \`objectId\` before the first run: two people can share a nickname. ${people.externalId}`,
          values: [fixed('externalId', 'objectId')],
        },
      ],
    },
    {
      title: 'Send the roles',
      steps: [
        {
          text: 'Under **App registrations** > the application > **App roles** create one role for each Scanner role, for example with the **Value** `scanner_analyst`. Assign people or groups to it under **Users and groups**.',
        },
        {
          text: 'In the user mappings choose **Add New Mapping**:',
          values: [
            fixed('Mapping type', 'Expression'),
            fixed('Expression', 'AssertiveAppRoleAssignmentsComplex([appRoleAssignments])'),
            fixed('Target attribute', 'roles'),
          ],
        },
        {
          text: 'Use exactly this expression. `AppRoleAssignmentsComplex` only adds roles: a role that is removed in Entra would stay in Scanner for ever. `SingleAppRoleAssignment` sends only one of several roles, and not always the same one.',
        },
        {
          text: 'Set **Scope** to **Sync only assigned users and groups**. App roles do not work with “Sync all users and groups”.',
          values: [fixed('Scope', 'Sync only assigned users and groups')],
        },
        { text: becomesRole },
      ],
    },
    {
      title: 'Start',
      steps: [
        {
          text: 'Set **Provisioning Status** to **On**. Entra works in cycles, so the first people can take up to 40 minutes. **Provision on demand** sends one person at once.',
        },
      ],
    },
  ];
}
