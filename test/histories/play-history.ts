import { setTimeout as pass } from 'node:timers/promises';
import type { AccessEntry } from '../helpers/access-log.js';
import { handledAt } from '../helpers/never-again.js';
import { randomOf } from '../helpers/random.js';
import { endOfHistory } from './end-of-history.js';
import { type History, historyOf, type Step } from './history.js';
import { problemsIn } from './problems.js';
import { type Scene, setScene, strikeScene } from './scene.js';
import type { Stage } from './stage.js';
import { type WeakStytch, weaken } from './weaken.js';
import type { Weakness } from './weaknesses.js';

/** @throws an error that says what was wrong in the history of this seed */
export function playSeed(stage: Stage, seed: number, chosen: ReadonlySet<Weakness>): Promise<void> {
  return playHistory(stage, historyOf(seed, chosen), randomOf(seed));
}

/**
 * Plays changes in a directory while webhooks are delayed, repeated or lost, and Stytch is weak. No deactivated user may be
 * active too early at any moment. At the end the rows equal the directory, and a repeated webhook changes nothing.
 */
export async function playHistory(stage: Stage, history: History, random: () => number): Promise<void> {
  const scene = await setScene(stage, history, random);
  const { emulator } = stage.lab;
  const otherOrganizationId = String(stage.neighbours.at(-1)?.organizationId);
  const weak = weaken(emulator, history.weak, { random, otherOrganizationId, crowd: scene.crowd });
  Object.assign(emulator.switches, { repost: history.repost, groupEvents: history.groupEvents });
  try {
    await live(scene, weak);
    const handled = await leaversHandled(scene);
    const end = await endOfHistory(scene, weak).catch(asError);
    const problems = await problemsIn(scene, handled); // what went wrong on the way tells more than how it ended
    if (problems.length > 0) throw new Error(problems.join('\n'));
    if (end instanceof Error) throw end;
  } finally {
    weak.reset();
    await strikeScene(scene);
  }
}

async function live(scene: Scene, weak: WeakStytch): Promise<void> {
  const { history } = scene;
  for (const [i, step] of history.steps.entries()) {
    await take(step, scene, weak);
    if (i === Math.floor((history.steps.length - 1) / 2)) weak.halfTime();
  }
  await deliver(scene);
  await pass(history.pauseMs);
}

async function take(step: Step, scene: Scene, weak: WeakStytch): Promise<void> {
  const { stage, directory, log, organizationId } = scene;
  if (step.act === 'wait') return pass(step.ms);
  if (step.act === 'read') return stage.read(step.whom === 'team' ? organizationId : undefined);
  if (step.act === 'deliver') return deliver(scene);
  log.during(() => directory.perform(step));
  for (const [memberId, who] of directory.members()) weak.met(who, memberId);
}

function deliver({ stage, history, random }: Scene): Promise<void> {
  return stage.lab.emulator.webhooks.deliverAll({ ...history.delivery, random });
}

/** When the job of each accepted signed event ended. */
async function leaversHandled({ stage }: Scene): Promise<AccessEntry[]> {
  const failedAt = await stage.failedLeavers();
  const accepted = stage.lab.emulator.webhooks.outbox.filter(({ attempts }) =>
    attempts.some(({ status }) => status === 202),
  );
  return accepted.map(({ svixId, body }) => {
    const memberId: string = JSON.parse(body).id;
    return handledAt(failedAt.get(svixId) ?? Date.now(), { svixId, memberId });
  });
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
