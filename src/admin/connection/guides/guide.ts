/**
 * Instructions for the identity provider's console, with its own labels. In the texts `**…**` marks a label of that console
 * and `` `…` `` a text to type. They are readable both as JSON and as a page.
 */
export type Guide = { title: string; steps: Step[] }[];

export type Step = { text: string; values?: Value[] };

/** A value to paste or choose, with the provider's own label. */
export type Value = { label: string; is: 'base_url' | 'token' | 'fixed'; value: string };

export type Connected = { baseUrl: string };

export function baseUrl(label: string, connected: Connected): Value {
  return { label, is: 'base_url', value: connected.baseUrl };
}

/** Never the token itself: that is shown once, when it is made. */
export function token(label: string): Value {
  return { label, is: 'token', value: 'the bearer token that was shown once' };
}

export function fixed(label: string, value: string): Value {
  return { label, is: 'fixed', value };
}

/** What every provider must send about people. */
export const people = {
  userName:
    '`userName` must be the e-mail address by which the person signs in to Scanner. Anything else creates a second person.',
  externalId:
    '`externalId` must be an id that never changes and that no two people share. Scanner recognizes a returning person by it.',
};

/** How a role gets from the provider into Scanner. */
export const becomesRole =
  'Each name that Scanner receives appears on the **Roles** page. Create the role `scim:` + name there, for example `scim:scanner_analyst` for `scanner_analyst`. Everybody who holds the name has the role, as long as they hold it.';

/** For providers that send roles as groups. */
export function groupRecipe(whereToPush: string): Guide[number] {
  return {
    title: 'Send the roles',
    steps: [
      { text: 'Create one group for each Scanner role, named like the role: `scanner_analyst`, `scanner_admin`.' },
      { text: whereToPush },
      { text: becomesRole },
    ],
  };
}
