import { baseUrl, becomesRole, type Connected, fixed, type Guide, people, token } from './guide.js';

/** Okta: an app with SCIM by HTTP Header, and groups pushed by name. */
export function okta(connected: Connected): Guide {
  return [
    {
      title: 'Enable provisioning',
      steps: [
        {
          text: 'In the Okta Admin Console open the Scanner app. On **General**, under **App Settings**, choose **Edit**, tick **Enable SCIM provisioning** and **Save**. If there is no app: **Applications** > **Browse App Catalog** > “SCIM 2.0 Test App (Header Auth)”.',
        },
        {
          text: 'On **Provisioning** > **Integration** choose **Edit** and fill in:',
          values: [
            baseUrl('SCIM connector base URL', connected),
            fixed('Unique identifier field for users', 'userName'),
            fixed('Authentication Mode', 'HTTP Header'),
            token('HTTP Header Authorization: Bearer'),
          ],
        },
        {
          text: 'Under **Supported provisioning actions** tick **Push New Users**, **Push Profile Updates** and **Push Groups**. Then **Test Connector Configuration** and **Save**.',
        },
        {
          text: 'On **Provisioning** > **To App** choose **Edit** and tick **Create Users**, **Update User Attributes** and **Deactivate Users**. Without the last one leavers stay in Scanner.',
        },
      ],
    },
    {
      title: 'Identify people',
      steps: [
        {
          text: `On **Sign On** set **Application username format** to **Email**. ${people.userName}`,
          values: [fixed('Application username format', 'Email')],
        },
        { text: `Leave **External ID** as it is: Okta sends its own user id. ${people.externalId}` },
        { text: 'On **Assignments** assign the people or groups who may use Scanner.' },
      ],
    },
    {
      title: 'Send the roles',
      steps: [
        {
          text: 'By groups (simplest): create one group for each role, with the name of the role, for example `scanner_analyst`. Assigning a group to the app sends its people, but not the group. So on **Push Groups** choose **Find groups by name** and push each group too.',
        },
        {
          text: 'Or by an attribute: in **Directory** > **Profile Editor** add to the Scanner app a string array attribute with **External name** `roles` and **External namespace** `urn:ietf:params:scim:schemas:core:2.0:User`, and map it.',
        },
        { text: becomesRole },
      ],
    },
  ];
}
