import { roleEffect } from '../src/admin/role-effects.js';

const person = (name: string) => ({ id: name, name, email: `${name}@acme.example` });
const [ada, bob, cy] = [person('ada'), person('bob'), person('cy')];
const none = { total: 0, people: [] };

it('when those who have it are those who shall have it, nobody gains or loses', () => {
  expect(roleEffect({ now: [ada, bob], wanted: [bob, ada], byHand: [] })).toMatchObject({
    gain: none,
    lose: none,
    loseManual: none,
  });
});

it.each([
  ['a new role', { now: [], wanted: [ada, bob], byHand: [] }, ['ada', 'bob'], [], []],
  ['a new name', { now: [ada, bob], wanted: [bob, cy], byHand: [] }, ['cy'], ['ada'], []],
  ['no role any more', { now: [ada], wanted: [], byHand: [bob] }, [], ['ada'], ['bob']],
])('%s', (_, holders, gain, lose, loseManual) => {
  const effect = roleEffect(holders);
  expect([effect.gain, effect.lose, effect.loseManual].map(({ people }) => people.map(({ id }) => id))).toEqual([
    gain,
    lose,
    loseManual,
  ]);
});

it('the fingerprint is of who is touched, in whatever order, and of how', () => {
  const of = (holders: Parameters<typeof roleEffect>[0]) => roleEffect(holders).fingerprint;
  const first = of({ now: [], wanted: [ada, bob], byHand: [] });
  expect(of({ now: [], wanted: [bob, ada], byHand: [] })).toBe(first);
  expect(of({ now: [cy], wanted: [cy, ada, bob], byHand: [] })).toBe(first);
  for (const other of [
    { now: [], wanted: [ada], byHand: [] },
    { now: [], wanted: [ada, cy], byHand: [] },
    { now: [ada, bob], wanted: [], byHand: [] },
    { now: [], wanted: [ada, bob], byHand: [cy] },
  ]) {
    expect(of(other)).not.toBe(first);
  }
});

it('names fifty and counts the rest', () => {
  const many = Array.from({ length: 120 }, (_, n) => person(`p${n}`));
  const { gain } = roleEffect({ now: [], wanted: many, byHand: [] });
  expect([gain.total, gain.people.length]).toEqual([120, 50]);
});
