import type { AccessEntry } from '../helpers/access-log.js';
import { givenAway, type Story, unsettled, violations } from '../helpers/never-again.js';
import { tellViolation } from '../helpers/tell-violation.js';
import type { Scene } from './scene.js';

/** The most problems to print. */
const problemsMax = 3;

/**
 * What was wrong at any moment of a history, with everything that is known about the member. Times count from that moment.
 * @param handled events that were handled and are not in sync_events
 */
export async function problemsIn(scene: Scene, handled: readonly AccessEntry[]): Promise<string[]> {
  const { stage, history, crowd, directory } = scene;
  const story = storyOf(scene, [...(await stage.log.entries()), ...handled]);
  const bystanders = new Set([...crowd, ...stage.neighbours.map(({ memberId }) => memberId)]);
  const found = [
    // If search keeps old group names, no date shows that they are old.
    ...violations(story, { roles: !history.weak.names }),
    ...givenAway(story.entries, (memberId) => directory.members().get(memberId)),
    ...unsettled(story.entries, bystanders),
  ];
  return found.slice(0, problemsMax).map((one) => tellViolation(one, story));
}

function storyOf({ stage, log }: Scene, entries: readonly AccessEntry[]): Story {
  const { calls, webhooks } = stage.lab.emulator;
  return {
    truth: log.truth,
    gets: calls
      .list('members.dangerouslyGet')
      .filter(({ status }) => status === 200)
      .map(({ at, memberId = '' }) => ({ atMs: Number(at), memberId })),
    entries,
    webhooks: new Map(
      webhooks.outbox.map(({ svixId, publishedAt, eventType }) => [
        svixId,
        { publishedMs: Number(publishedAt), says: eventType.endsWith('.member.delete') ? 'gone' : 'something' },
      ]),
    ),
  };
}
