import fc from 'fast-check';
import { type Absence, judgeAbsence } from '../../src/directory/absence.js';

const people = (count: number, from = 0) => Array.from({ length: count }, (_, i) => `user-${from + i}`);

function absence(change: Partial<Absence>): Absence {
  return { missing: [], young: [], activeUsers: 1000, organizationGone: false, discarded: new Set(), ...change };
}

it.each<[string, Partial<Absence>, string, number]>([
  ['nobody missing: nothing', {}, 'nobody', 0],
  ['one of a thousand: asked for', { missing: people(1) }, 'confirm', 1],
  ['a tenth of a thousand: asked for', { missing: people(100) }, 'confirm', 100],
  ['one more than a tenth: held', { missing: people(101) }, 'hold', 101],
  ['ten of ten: asked for, since ten may always leave', { missing: people(10), activeUsers: 10 }, 'confirm', 10],
  ['eleven of eleven: held', { missing: people(11), activeUsers: 11 }, 'hold', 11],
  ['ten of twenty: asked for', { missing: people(10), activeUsers: 20 }, 'confirm', 10],
  ['eleven of a hundred and nine: held', { missing: people(11), activeUsers: 109 }, 'hold', 11],
  ['eleven of a hundred and ten: asked for', { missing: people(11), activeUsers: 110 }, 'confirm', 11],
  ['one, but the organization is gone: held', { missing: people(1), organizationGone: true }, 'hold', 1],
  ['an organization gone that had nobody: nothing', { organizationGone: true }, 'nobody', 0],
  ['those whom a person has kept: nothing', { missing: people(200), discarded: new Set(people(200)) }, 'nobody', 0],
  [
    'those, and one more: only that one is asked for',
    { missing: people(201), discarded: new Set(people(200)) },
    'confirm',
    1,
  ],
  ['a few young ones: asked for', { young: people(3, 500) }, 'confirm', 3],
  ['young ones beside missing ones: asked for with them', { missing: people(5), young: people(3, 500) }, 'confirm', 8],
  [
    'young ones that would be too many with the missing ones: left for the next sweep',
    { missing: people(8), young: people(8, 500), activeUsers: 20 },
    'confirm',
    8,
  ],
  ['young ones while too many are missing: left alone', { missing: people(101), young: people(3, 500) }, 'hold', 101],
  ['young ones of an organization that is gone: left alone', { young: people(3), organizationGone: true }, 'nobody', 0],
  ['young ones that a person has kept: nothing', { young: people(3), discarded: new Set(people(3)) }, 'nobody', 0],
])('%s', (_, change, verdict, count) => {
  const judged = judgeAbsence(absence(change));
  expect([judged.verdict, 'userIds' in judged ? judged.userIds.length : 0]).toEqual([verdict, count]);
});

it('never confirms more than the limit at once, and never users that are not missing', () => {
  fc.assert(
    fc.property(fc.nat({ max: 500 }), fc.nat({ max: 500 }), fc.boolean(), (missing, present, organizationGone) => {
      const names = people(missing);
      const judged = judgeAbsence(absence({ missing: names, activeUsers: missing + present, organizationGone }));
      if (judged.verdict === 'nobody') return missing === 0;
      if (judged.verdict === 'confirm')
        expect(judged.userIds.length).toBeLessThanOrEqual(Math.max(10, (missing + present) / 10));
      expect(judged.userIds).toEqual(names);
      return true;
    }),
  );
});
