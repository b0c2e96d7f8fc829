import fc from 'fast-check';
import { type Act, act, people, values } from '../helpers/directory-history.js';
import { compressed } from './compressed.js';
import { type Weakness, type Weaknesses, weaknesses } from './weaknesses.js';

/** One step: a change in the directory, a fault of its webhooks, a pause, or a sweep. */
export type Step = Act | { act: 'deliver' } | { act: 'wait'; ms: number } | { act: 'read'; whom: Readers };

/** A sweep of the team, or of every connected team. */
type Readers = 'team' | 'everyTeam';

export type History = {
  /** The people at the beginning. */
  present: number[];
  steps: Step[];
  /** How long Stytch stays weak after the last step. */
  pauseMs: number;
  delivery: { shuffle: boolean; duplicate: number; drop: number };
  /** Every webhook arrives and every answer of Stytch is true: then no sweep is needed. */
  hintsSuffice: boolean;
  lastRead: Readers;
  repost: 'reuse' | 'new';
  groupEvents: 'A' | 'B';
  weak: Weaknesses;
};

const readers = fc.constantFrom('team' as const, 'everyTeam' as const);
const everybody = Array.from({ length: people }, (_, n) => n);

const deliver = fc.constant<Step>({ act: 'deliver' });
const wait = fc.nat({ max: compressed(10_000) }).map((ms): Step => ({ act: 'wait', ms }));
const read = readers.map((whom): Step => ({ act: 'read', whom }));
/** A person leaves, perhaps one with an unknown status. */
const leave = fc
  .record({
    act: fc.constantFrom('leave' as const, 'delete' as const),
    who: fc.constantFrom(...everybody),
    wasSuspended: fc.boolean(),
  })
  .map(({ act, who, wasSuspended }): Step[] => [
    ...(wasSuspended ? [{ act: 'suspend' as const, who, lost: true }] : []),
    { act, who, lost: false },
  ]);
/** More hints at once than are read by get. */
const everybodysRoles = fc
  .subarray(values)
  .map((roles) => everybody.map((who): Step => ({ act: 'roles', who, roles, lost: false })));

const steps: fc.Arbitrary<Step[]> = fc.oneof(
  { weight: 18, arbitrary: act.map((one): Step[] => [one]) },
  { weight: 6, arbitrary: fc.tuple(deliver) },
  { weight: 4, arbitrary: fc.tuple(wait) },
  { weight: 4, arbitrary: fc.tuple(read) },
  { weight: 6, arbitrary: fc.tuple(leave, deliver, read).map((some) => some.flat()) },
  { weight: 3, arbitrary: fc.tuple(everybodysRoles, deliver, read).map((some) => some.flat()) },
);

const history: fc.Arbitrary<History> = fc.record({
  present: fc.subarray(everybody, { minLength: 3 }),
  steps: fc.array(steps, { minLength: 1, maxLength: 30, size: 'max' }).map((some) => some.flat()),
  pauseMs: fc.nat({ max: compressed(40_000) }),
  delivery: fc.record({
    shuffle: fc.boolean(),
    duplicate: fc.constantFrom(0, 0.5, 1),
    drop: fc.constantFrom(0, 0, 0.3, 1),
  }),
  hintsSuffice: fc.nat({ max: 2 }).map((n) => n === 0),
  lastRead: readers,
  repost: fc.constantFrom('reuse' as const, 'new' as const),
  groupEvents: fc.constantFrom('A' as const, 'B' as const),
  weak: weaknesses,
});

/** The history of a seed. It is always the same, except for weaknesses that are left out. */
export function historyOf(seed: number, chosen: ReadonlySet<Weakness>): History {
  const [drawn] = fc.sample(history, { seed, numRuns: 1, unbiased: true });
  if (drawn === undefined) throw new Error('Nothing was drawn');
  const weak = Object.fromEntries(
    Object.entries(drawn.weak).map(([name, value]) => [name, chosen.has(name as Weakness) ? value : null]),
  ) as Weaknesses;
  const { hintsSuffice } = drawn;
  const calm = hintsSuffice
    ? { ...drawn, ...withoutLoss(drawn), weak: { ...weak, ...misleading } }
    : { ...drawn, weak };
  // If all people have the same external id, a returning member could get the row of another person.
  return { ...calm, repost: calm.weak.externalIds ? 'new' : drawn.repost };
}

/** Weaknesses that hide a change from a later read. */
const misleading = {
  lag: null,
  view: null,
  names: null,
  cursors: null,
  get: null,
  times: null,
} satisfies Partial<Weaknesses>;

function withoutLoss({ steps, delivery }: History): Pick<History, 'steps' | 'delivery'> {
  return {
    steps: steps.filter(({ act }) => act !== 'read').map((step) => ('lost' in step ? { ...step, lost: false } : step)),
    delivery: { ...delivery, drop: 0 },
  };
}
