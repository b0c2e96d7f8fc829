/**
 * On-screen instructions: what to do in the identity provider's own console, in its own labels. In the texts `**…**`
 * marks a label of that console and `` `…` `` something to type, so that they read well as JSON and as a page.
 */
export type Guide = { title: string; steps: Step[] }[];

export type Step = { text: string; values?: Value[] };

/** Something to paste or choose, under the provider's own label for it. */
export type Value = { label: string; is: 'base_url' | 'token' | 'fixed'; value: string };

export type Connected = { baseUrl: string };

export function baseUrl(label: string, connected: Connected): Value {
  return { label, is: 'base_url', value: connected.baseUrl };
}

/** The token itself is never part of a guide: it is shown once, when it is made. */
export function token(label: string): Value {
  return { label, is: 'token', value: 'the bearer token that was shown once' };
}

export function fixed(label: string, value: string): Value {
  return { label, is: 'fixed', value };
}

/** What every provider has to be told about people. */
export const people = {
  userName:
    '`userName` must be the e-mail address by which the person signs in to Scanner. Anything else makes a second person.',
  externalId:
    '`externalId` must be an id that never changes and that no two people share. It is how Scanner knows somebody who comes back.',
};

/** How a role gets from the provider into Scanner, whatever carries it. */
export const becomesRole =
  'Each name that arrives shows up on the **Roles** page here. Create the role `scim:` + name there, `scim:scanner_analyst` for `scanner_analyst`, and everybody who holds it gets it, and loses it with it.';

/** For providers whose groups carry the roles. */
export function groupRecipe(whereToPush: string): Guide[number] {
  return {
    title: 'Send the roles',
    steps: [
      { text: 'Make one group for each Scanner role, named like the role: `scanner_analyst`, `scanner_admin`.' },
      { text: whereToPush },
      { text: becomesRole },
    ],
  };
}
