import { checklist, type Signals } from '../../src/admin/overview/checklist.js';
import { type MisconfigurationSigns, misconfigurations } from '../../src/admin/overview/misconfigurations.js';

const nothing: Signals = { isConnected: false, people: 0, values: 0, valuesAreMore: false, granted: 0, deactivated: 0 };
const ticked = (signals: Signals) => checklist(signals).map(({ done }) => done);

it('nothing is ticked at first, and every open step says what to do', () => {
  expect(ticked(nothing)).toEqual([false, false, false, false, false]);
  expect(checklist(nothing).every(({ next, found }) => next.length > 20 && found === null)).toBe(true);
});

it.each([
  [{ isConnected: true }, [true, false, false, false, false]],
  [{ people: 3 }, [false, true, false, false, false]],
  [{ values: 1 }, [false, false, true, false, false]],
  [{ granted: 2 }, [false, false, false, true, false]],
  [{ deactivated: 1 }, [false, false, false, false, true]],
])('%j ticks its own step', (seen, expected) => {
  expect(ticked({ ...nothing, ...seen })).toEqual(expected);
});

it('shows why a step is done, in numbers', () => {
  const all = { ...nothing, isConnected: true, people: 999, values: 1, granted: 1, deactivated: 2 };
  expect(checklist(all).map(({ found }) => found)).toEqual([
    'ready for your identity provider',
    '999 people',
    '1 role or group name',
    '1 person has a role',
    '2 people',
  ]);
});

it('counts up to a limit', () => {
  const all = { ...nothing, isConnected: true, people: 1000, values: 70, valuesAreMore: true, granted: 1000 };
  expect(checklist(all).map(({ found }) => found)).toEqual([
    'ready for your identity provider',
    'at least 1,000 people',
    'at least 70 role and group names',
    'at least 1,000 people have roles',
    null,
  ]);
});

const clean: MisconfigurationSigns = {
  jsonValues: [],
  peopleWithAddedRoles: 0,
  rolesTakenAway: 0,
  oddEmails: [],
  oddUserNames: [],
  sharedExternalIds: [],
};

it('finds no misconfiguration in good data, nor by chance', () => {
  expect(misconfigurations(clean, 'okta')).toEqual([]);
  expect(misconfigurations({ ...clean, peopleWithAddedRoles: 1 }, 'microsoft-entra')).toEqual([]);
  expect(misconfigurations({ ...clean, peopleWithAddedRoles: 50, rolesTakenAway: 1 }, 'microsoft-entra')).toEqual([]);
});

it.each([
  [{ jsonValues: ['{"id":1}'] }, 'json_role_values', /“{"id":1}”.*/, /AssertiveAppRoleAssignmentsComplex/],
  [{ peopleWithAddedRoles: 2 }, 'roles_only_added', /2 people/, /AppRoleAssignmentsComplex.*never removes/],
  [{ oddUserNames: ['ada'] }, 'user_name_not_email', /“ada”/, /e-mail/],
  [{ oddEmails: ['a', 'b', 'c', 'd'] }, 'user_name_not_email', /“a”, “b”, “c” and 1 more/, /e-mail/],
  [
    { sharedExternalIds: [{ externalId: 'ada', emails: ['a@x.example', 'b@x.example'] }] },
    'shared_external_id',
    /“a@x.example” and “b@x.example” are both sent as “ada”/,
    /objectId/,
  ],
])('%j is the misconfiguration %s, with what was seen and the cure', (seen, id, words, cure) => {
  expect(misconfigurations({ ...clean, ...seen }, 'microsoft-entra')).toEqual([
    { id, title: expect.any(String), seen: expect.stringMatching(words), cure: expect.stringMatching(cure) },
  ]);
});
