import { eventually } from '../../helpers/eventually.js';
import { ownTeam } from '../../helpers/own-team.js';
import { memberEvent, post, signed } from '../../helpers/webhook.js';

const own = ownTeam();

const ada = { userName: 'ada@acme.example', name: 'Ada Lovelace', externalId: '00u-ada', roles: ['analyst'] };
const bob = { userName: 'bob@acme.example', name: 'Bob', externalId: '00u-bob' };

it('a member with the external id of several active members gets its own row, after one read of all of them', async () => {
  const { directory } = own.lab.emulator;
  const names = ['a', 'b', 'c', 'd'];
  for (const name of names) {
    directory.provision(own.organizationId, { ...ada, userName: `${name}@acme.example` });
    expect((await own.rows()).map(({ user }) => user)).toContain(`${name}@acme.example`);
  }
  const rows = await own.rows();
  expect(rows.map(({ user, status }) => `${user} ${status}`).sort()).toEqual(
    names.map((name) => `${name}@acme.example active`),
  );
  expect(await own.lab.failedJobs()).toEqual([]);
});

describe('a member that can not be understood', () => {
  it('does not block another member with the same external id', async () => {
    const { directory } = own.lab.emulator;
    const poison = directory.provision(own.organizationId, ada).member_id;
    expect(await own.rows()).toHaveLength(1);
    directory.silently(() => directory.setMember(poison, { email_address: 'evil\0@acme.example' }));
    directory.provision(own.organizationId, { ...ada, userName: 'ada.king@acme.example' });
    const rows = await own.rows();
    expect(rows.map(({ user, status, grants }) => [user, status, grants]).sort()).toEqual([
      ['ada.king@acme.example', 'active', ['scim:analyst (scim)']],
      ['ada@acme.example', 'active', ['scim:analyst (scim)']],
    ]);
    expect(await own.lab.failedJobs()).toEqual([]);
  });

  it('fails alone, with an error that does not quote it, and delays no other', async () => {
    const { directory } = own.lab.emulator;
    const people = Array.from({ length: 20 }, (_, i) =>
      directory.silently(() =>
        directory.provision(own.organizationId, { userName: `p${i}@acme.example`, externalId: `e${i}` }),
      ),
    );
    const poison = people[7]?.member_id ?? '';
    directory.setMember(poison, { email_address: 'evil\0@acme.example', name: 'Evil' });
    for (const { member_id } of people)
      void post(own.lab.url, signed(memberEvent({ id: member_id, member: { organization_id: own.organizationId } })));
    await eventually(async () => expect(await own.lab.failedJobs()).toHaveLength(1));
    expect(await own.rows()).toHaveLength(19);
    const [failed] = await own.lab.failedJobs();
    expect(failed).toMatchObject({
      queue: 'hints',
      reason: `Stytch returned member ${poison} with an unusable email_address. Look at it in Stytch's dashboard.`,
    });
  });

  it.each([
    ['a name of a megabyte', { name: 'x'.repeat(1_000_000) }, { name: 'x'.repeat(500) }],
    ['NUL characters in its name', { name: 'A\0da\0' }, { name: 'Ada' }],
    ['a name that is a list', { name: ['Ada'] }, { name: '' }],
    [
      'thousands of roles',
      { scim_registration: { scim_attributes: { roles: manyRoles() } } },
      { grants: ['scim:admin (scim)'] },
    ],
    [
      'a role that is a JSON string',
      { scim_registration: { scim_attributes: { roles: [{ value: '{"id":"1","value":"admin"}' }] } } },
      { values: ['admin via roles'], grants: ['scim:admin (scim)'] },
    ],
    [
      'roles that are no list',
      { roles: 'admin', scim_registration: { scim_attributes: { roles: 7, groups: {} } } },
      { values: [] },
    ],
  ])('with %s is handled, and so is its neighbour', async (_, planted, expected) => {
    const { directory } = own.lab.emulator;
    const [a] = directory.silently(() => [
      directory.provision(own.organizationId, ada),
      directory.provision(own.organizationId, bob),
    ]);
    directory.setMember(a?.member_id ?? '', planted);
    await post(
      own.lab.url,
      signed(memberEvent({ object_type: 'organization', id: own.organizationId, organization: {} })),
    );
    expect(await own.rows()).toMatchObject([expected, { user: 'bob@acme.example' }]);
  });
});

function manyRoles() {
  return Array.from({ length: 5000 }, (_, i) => ({ value: i === 4321 ? 'admin' : `role-${i}` }));
}
