import { pluralize } from '../../text/pluralize.js';

/** Nobody needs a larger exact number, and counting more would cost more for larger teams. */
export const signalMax = 1_000;

/** What Scanner has seen of a connection so far, counted up to `signalMax`. */
export type Signals = {
  isConnected: boolean;
  /** Users that the identity provider has provisioned. */
  people: number;
  /** Distinct IdP role values now. `valuesAreMore`: not all rows were counted. */
  values: number;
  valuesAreMore: boolean;
  /** Users who hold a role by SCIM now. */
  granted: number;
  /** Users deactivated since the connection was created. */
  deactivated: number;
};

export type CheckId = 'connected' | 'first_user' | 'first_role_value' | 'first_role_granted' | 'first_deactivation';

/** `found`: why it is done. `next`: what to do, or to wait for, while it is open. */
export type Check = { id: CheckId; title: string; done: boolean; found: string | null; next: string };

/** The set-up steps, in the order in which they happen. Pure. */
export function checklist(signals: Signals): Check[] {
  const { isConnected, people, values, valuesAreMore, granted, deactivated } = signals;
  return [
    check(
      'connected',
      'Connection created',
      isConnected ? 'ready for your identity provider' : null,
      'Choose your identity provider and name the connection.',
    ),
    check(
      'first_user',
      'First person seen',
      found(people, 'person', 'people'),
      'Follow the instructions, then assign a person in your identity provider.',
    ),
    check(
      'first_role_value',
      'First role seen',
      found(values, 'role or group name', 'role and group names', valuesAreMore),
      'Push a group, or send the attribute for roles.',
    ),
    check(
      'first_role_granted',
      'First role granted',
      found(granted, 'person has a role', 'people have roles'),
      'On Roles, create the Scanner role for a name that your identity provider sends.',
    ),
    check(
      'first_deactivation',
      'First leaver seen',
      found(deactivated, 'person', 'people'),
      'Unassign a test account. It loses its access here within minutes.',
    ),
  ];
}

function check(id: CheckId, title: string, found: string | null, next: string): Check {
  return { id, title, done: found !== null, found, next };
}

function found(count: number, one: string, many: string, areMore = false): string | null {
  if (count === 0) return null;
  return areMore || count >= signalMax ? `at least ${pluralize(count, one, many)}` : pluralize(count, one, many);
}
