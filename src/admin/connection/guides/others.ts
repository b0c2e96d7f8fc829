import { baseUrl, type Connected, fixed, type Guide, groupRecipe, people, token, type Value } from './guide.js';

/** The differences between providers that need only a URL and a token. */
type Console = {
  /** Where to enter the two values in the provider's console. */
  open: string;
  baseUrlLabel: string;
  tokenLabel: string;
  more?: Value[];
  userName: string;
  pushGroups: string;
  start: string;
};

const consoles = {
  'google-workspace': {
    open: 'In the Google Admin console open **Apps** > **Web and mobile apps** > the Scanner app > **Auto-provisioning** > **Configure auto-provisioning**, and fill in:',
    baseUrlLabel: 'Endpoint URL',
    tokenLabel: 'Access token',
    userName:
      'Under **Attribute mapping** map `userName` and `emails.value` from **Basic Information** > **Primary email**.',
    pushGroups:
      'For each app, Google sends groups or a custom attribute: under **Attribute mapping** map a custom attribute to `roles`, or choose the groups under **Provisioning scope**.',
    start:
      'Under **Deprovisioning** enable every case, without a delay, because leavers keep their access during the delay. Then turn **Auto-provisioning** on. Google sends changes every few hours.',
  },
  cyberark: {
    open: 'In CyberArk Identity open **Apps & Widgets** > **Web Apps** > the Scanner app > **Provisioning**, tick **Enable provisioning for this application** and **Live Mode**, and fill in:',
    baseUrlLabel: 'SCIM Service URL',
    tokenLabel: 'Bearer Token',
    more: [fixed('Authorization Type', 'Authorization Header')],
    userName: 'In the provisioning script or attribute mapping set `userName` to the e-mail address.',
    pushGroups: 'Under **Role Mappings** add each role and name its **Destination Group** like the Scanner role.',
    start: '**Verify**, **Save**, then **Outbound Provisioning** > **Start Sync**.',
  },
  jumpcloud: {
    open: 'In the JumpCloud Admin Portal open **SSO Applications** > the Scanner app > **Identity Management**, choose **SCIM API**, **SCIM 2.0**, and fill in:',
    baseUrlLabel: 'Base URL',
    tokenLabel: 'Token Key',
    userName:
      'As **Test User Email** enter an address that nobody has yet. JumpCloud sends the e-mail address as `userName`.',
    pushGroups:
      'Turn on **Enable management of User Groups and Group Membership in this application**, and bind the groups under **User Groups**.',
    start: '**Test Connection**, **Activate**, then **Save**.',
  },
  onelogin: {
    open: 'In OneLogin open **Applications** > the Scanner app > **Configuration**, and fill in:',
    baseUrlLabel: 'SCIM Base URL',
    tokenLabel: 'SCIM Bearer Token',
    more: [fixed('SCIM Username Format', 'Email')],
    userName: 'On **Parameters** check that **scimusername** is **Email**.',
    pushGroups:
      'On **Rules** add a rule that sets **Groups** in the app from the person’s OneLogin roles, named like the Scanner roles.',
    start:
      'Under **API Connection** choose **Enable**; on **Provisioning** tick **Enable provisioning**, and choose **Suspend** or **Delete** for people who are removed.',
  },
  pingfederate: {
    open: 'In PingFederate open **Applications** > **SP Connections** > Scanner > **Outbound Provisioning** with the SCIM connector, and fill in:',
    baseUrlLabel: 'SCIM URL',
    tokenLabel: 'Access Token',
    more: [fixed('SCIM Version', '2.0'), fixed('Authentication Method', 'OAuth 2 Bearer Token')],
    userName: 'Under **Attribute Mapping** map `userName` from the e-mail address.',
    pushGroups: 'Under **Channel** > **Source Location** name the groups; each is sent with its own name.',
    start: 'Set the channel and the connection to **Active**, and the remove action to **Disable** or **Delete**.',
  },
  rippling: {
    open: 'In Rippling open the Scanner app > **Settings** > **SCIM**, and fill in:',
    baseUrlLabel: 'SCIM Base URL',
    tokenLabel: 'Bearer Token',
    more: [fixed('SCIM Version', '2.0'), fixed('Authorization Method', 'Bearer Token')],
    userName:
      'Map `userName` and `emails.primary` to the e-mail address, and `externalId`, `name.givenName`, `name.familyName` to Rippling’s own fields.',
    pushGroups: 'Under **Group push** choose the groups that are named like the Scanner roles.',
    start: 'Choose who gets the app and **Save**.',
  },
  generic: {
    open: 'In your identity provider open the SCIM (provisioning) settings of the Scanner application, choose SCIM 2.0 with a bearer token, and fill in:',
    baseUrlLabel: 'SCIM Base URL',
    tokenLabel: 'HTTP Header Bearer Token',
    userName: 'Set `userName` to the primary e-mail address.',
    pushGroups:
      'Send the groups to Scanner, or the names of roles in the SCIM attribute `roles`: `"roles":[{"value":"scanner_analyst"}]`.',
    start: 'Enable creating, updating and deactivating people, and start.',
  },
} as const satisfies Record<string, Console>;

export type ConsoleName = keyof typeof consoles;

/** The guide for providers that need only the URL, the token and groups. */
export function otherGuide(name: ConsoleName, connected: Connected): Guide {
  const { open, baseUrlLabel, tokenLabel, userName, pushGroups, start, more = [] }: Console = consoles[name];
  return [
    {
      title: 'Connect',
      steps: [{ text: open, values: [baseUrl(baseUrlLabel, connected), token(tokenLabel), ...more] }],
    },
    {
      title: 'Identify people',
      steps: [{ text: `${userName} ${people.userName}` }, { text: people.externalId }],
    },
    groupRecipe(pushGroups),
    { title: 'Start', steps: [{ text: start }] },
  ];
}
