import { type Identity, identify } from '../../src/directory/identify.js';
import { earlierBy } from '../../src/directory/instant.js';
import type { CurrentUser, Reading, World } from '../../src/directory/world.js';
import { ada, earlierThanAll, gone, later, now, reading, searched, user, world } from '../helpers/world.js';

const nobodyElse = new Set<string>();
const who = (current: World, one: Reading, ...others: Reading[]): Identity | undefined =>
  identify(current, [one, ...others], nobodyElse).get(one.member.memberId);

const out = { status: 'deactivated', liveKeyIds: [] } satisfies Partial<CurrentUser>;
/** Ada's row as it is when her access was taken. */
const left = (change: Partial<CurrentUser> = {}) => world({ ada: { ...out, ...change } });
/** Somebody with a member id of their own and Ada's external id. */
const returning = (change = {}) => ada({ memberId: 'member-ada-2', ...change });
const adasRow = expect.objectContaining({ id: 'user-ada' });
const linkedToAda = { is: 'link', user: adasRow, by: 'external_id' };
const apart = (why: string) => ({ is: 'new', apart: why });

describe('by member id', () => {
  it('finds the row, whether the member is there or gone', () => {
    expect(who(world(), reading(ada()))).toEqual({ is: 'user', user: adasRow });
    expect(who(world(), reading(gone()))).toEqual({ is: 'user', user: adasRow });
  });

  it('finds nobody for a member who is gone without a row, or whose organization is unknown', () => {
    expect(who(world(), reading(gone('member-x')))).toEqual({ is: 'nobody' });
    expect(who(world(), reading(ada({ memberId: 'member-x', organizationId: 'org-x' })))).toEqual({ is: 'nobody' });
  });

  it('keeps the row of an active user whose member is of another organization', () => {
    const elsewhere = { is: 'elsewhere', user: adasRow };
    for (const organizationId of ['org-beta', 'org-unknown'])
      expect(who(world(), reading(ada({ organizationId })))).toEqual(elsewhere);
    expect(who(left(), reading(ada({ organizationId: 'org-beta' })))).toEqual({ is: 'new' });
  });
});

describe('by e-mail', () => {
  const unlinked = user({ id: 'user-old', memberId: null, email: 'grace@acme.example' });
  const grace = (memberId: string) => reading(ada({ memberId, email: 'grace@acme.example', externalId: null }));
  const current = world({ others: [unlinked] });

  it('gives the row to one of two members, the same one in either order', () => {
    const both = [grace('member-a'), grace('member-b')];
    for (const readings of [both, [...both].reverse()]) {
      const identities = identify(current, readings, nobodyElse);
      expect(identities.get('member-a')).toEqual({ is: 'link', user: unlinked, by: 'email' });
      expect(identities.get('member-b')).toEqual({ is: 'new' });
    }
  });

  it('does not link a row twice', () => {
    const known = user({ id: 'user-old', memberId: null, email: 'grace@acme.example', externalId: '00u-grace' });
    const first = reading(ada({ memberId: 'member-a', email: 'other@acme.example', externalId: '00u-grace' }));
    expect(who(world({ others: [known] }), first, grace('member-b'))).toMatchObject({ by: 'external_id' });
    expect(who(world({ others: [known] }), grace('member-b'), first)).toEqual({ is: 'new' });
  });

  it('links although the external id identifies nobody, and does not mention it', () => {
    const shared = world({ others: [unlinked], shared: ['00u-ada'] });
    const one = ada({ memberId: 'member-a', email: 'grace@acme.example' });
    expect(who(shared, reading(one))).toEqual({ is: 'link', user: unlinked, by: 'email' });
  });
});

describe('by external id', () => {
  it('makes a new user when nobody has had it, or when the member has none', () => {
    expect(who(left(), reading(returning({ externalId: '00u-new' })))).toEqual({ is: 'new' });
    expect(who(left({ externalId: null }), reading(returning({ externalId: null })))).toEqual({ is: 'new' });
  });

  it('links the row before one with the same e-mail', () => {
    const namesake = user({ id: 'user-namesake', memberId: null, email: 'ada@acme.example' });
    const current = world({ ada: out, others: [namesake] });
    expect(who(current, reading(returning()))).toEqual(linkedToAda);
  });

  it('links a row that no member owns, whatever it shows', () => {
    const unowned = world({ ada: { ...out, memberId: null, observedAt: later } });
    expect(who(unowned, reading(returning()))).toEqual(linkedToAda);
  });

  it('does not link when two members have held it at once', () => {
    const shared = world({ ada: out, shared: ['00u-ada'] });
    expect(who(shared, reading(returning()))).toEqual(apart('shared_external_id'));
    const twice = [reading(returning()), reading(ada({ memberId: 'member-ada-3' }))] as const;
    expect(who(left(), ...twice)).toEqual(apart('shared_external_id'));
  });

  it('does not link two new members who have it by a search', () => {
    const twice = [searched(returning()), searched(ada({ memberId: 'member-ada-3' }))] as const;
    expect(who(left(), ...twice)).toEqual(apart('shared_external_id'));
  });

  it.each(['null', 'undefined'])('that reads %s is an id like any other', (externalId) => {
    const others = ['a', 'b'].flatMap((id) => [
      reading(ada({ memberId: `member-${id}`, externalId: null })),
      reading(gone(`member-gone-${id}`)),
    ]);
    expect(who(left({ externalId }), reading(returning({ externalId })), ...others)).toEqual(linkedToAda);
  });

  it.each([
    ['has left', reading(gone('member-ada-3'))],
    ['is of another team', reading(ada({ memberId: 'member-ada-3', organizationId: 'org-beta' }))],
    ['is of an unknown organization', reading(ada({ memberId: 'member-ada-3', organizationId: 'org-x' }))],
    ['has none', reading(ada({ memberId: 'member-ada-3', externalId: null }))],
  ])('links although another member is read who %s', (_, other) => {
    expect(who(left(), reading(returning()), other)).toEqual(linkedToAda);
  });
});

describe('a row whose member is', () => {
  const undecided = { is: 'undecided', dependsOn: ['member-ada'] };

  it.each<[string, World, Reading[], unknown]>([
    ['active, and not read', world(), [], undecided],
    ['deactivated, and not read', left(), [], linkedToAda],
    ['active by a get', world(), [reading(ada())], apart('shared_external_id')],
    ['active by a get, against the row', left(), [reading(ada())], apart('shared_external_id')],
    [
      'active by a get, with another external id',
      left(),
      [reading(ada({ externalId: 'x' }))],
      apart('shared_external_id'),
    ],
    ['gone by a get', world({ ada: { liveKeyIds: [] } }), [reading(gone())], linkedToAda],
    ['active by a search', world(), [searched(ada())], undecided],
    ['active by a search, against the row', left(), [searched(ada())], undecided],
    ['gone by a search', world(), [searched(gone())], linkedToAda],
    [
      'gone by a search that is too old for the row',
      world({ ada: { observedAt: now } }),
      [searched(gone())],
      undecided,
    ],
    ['gone by a search, as the row says', left({ observedAt: now }), [searched(gone())], linkedToAda],
  ])('%s', (_, current, others, expected) => {
    expect(who(current, reading(returning(), later), ...others)).toEqual(expected);
  });

  it('there, and can not be read: it stays theirs', () => {
    const identities = identify(left(), [reading(returning())], new Set(['member-ada']));
    expect(identities.get('member-ada-2')).toEqual(apart('shared_external_id'));
  });

  it('gone, beside one who is there and can not be read: it is given to nobody', () => {
    const second = user({ id: 'user-2', memberId: 'member-2', externalId: '00u-ada', email: 'b@acme.example' });
    const current = world({ ada: out, others: [second] });
    const identities = identify(current, [reading(returning())], new Set(['member-2']));
    expect(identities.get('member-ada-2')).toEqual(apart('shared_external_id'));
  });

  it('asked for first if the row shows something newer than the newcomer', () => {
    expect(who(left({ observedAt: now }), reading(returning(), now))).toEqual(undecided);
    expect(who(left({ observedAt: now }), reading(returning(), later))).toEqual(linkedToAda);
  });

  it('one of two who are active and not read: nobody is asked for, as both can not have it', () => {
    const second = user({ id: 'user-2', memberId: 'member-2', externalId: '00u-ada', email: 'b@acme.example' });
    expect(who(world({ others: [second] }), reading(returning()))).toEqual(apart('shared_external_id'));
  });

  it('gone, beside one who is there and not read: that one is asked for', () => {
    const second = user({ id: 'user-2', memberId: 'member-2', externalId: '00u-ada', email: 'b@acme.example' });
    const current = world({ ada: out, others: [second] });
    expect(who(current, reading(returning()))).toEqual({ is: 'undecided', dependsOn: ['member-2'] });
    expect(who(current, reading(returning()), reading({ ...ada(), memberId: 'member-2' }))).toEqual(
      apart('shared_external_id'),
    );
  });
});

describe('several vacant rows with one external id', () => {
  const second = (email: string) =>
    user({ ...out, id: 'user-2', memberId: 'member-2', externalId: '00u-ada', email, observedAt: earlierThanAll });
  const between = (adas: string, others: string) =>
    who(world({ ada: { ...out, email: adas }, others: [second(others)] }), reading(returning()));

  it('the one with the same e-mail is linked', () => {
    expect(between('ada@acme.example', 'x@acme.example')).toEqual(linkedToAda);
    expect(between('x@acme.example', 'ADA@acme.example')).toMatchObject({ is: 'link', user: { id: 'user-2' } });
  });

  it('none is linked if none or both have the same e-mail', () => {
    expect(between('x@acme.example', 'y@acme.example')).toEqual(apart('shared_external_id'));
    expect(between('ada@acme.example', 'ada@acme.example')).toEqual(apart('shared_external_id'));
  });
});

describe('a vacant row with access that was given by hand', () => {
  const newName = reading(returning({ email: 'countess@acme.example' }));

  it.each<[string, Partial<CurrentUser>]>([
    ['manual grants', { hasManualGrants: true }],
    ['live keys', { liveKeyIds: ['key-1'] }],
    ['both', { hasManualGrants: true, liveKeyIds: ['key-1'] }],
  ])('(%s) is linked only with the same e-mail', (_, access) => {
    expect(who(left(access), newName)).toEqual(apart('manual_access'));
    expect(who(left(access), reading(returning()))).toEqual(linkedToAda);
  });

  it('that has none is linked with another e-mail too', () => {
    expect(who(left(), newName)).toEqual(linkedToAda);
  });
});

it('leaves a member who is gone without a row once another member has got it', () => {
  const identities = identify(world(), [reading(gone()), reading(returning())], nobodyElse);
  expect(identities.get('member-ada')).toEqual({ is: 'nobody' });
});

it('compares a newcomer with the row by the date of their own reading', () => {
  const current = left({ observedAt: earlierBy(now, 1) });
  expect(who(current, searched(returning(), now))).toEqual(linkedToAda);
  expect(who(current, searched(returning(), earlierBy(now, 1)))).toMatchObject({ is: 'undecided' });
});
