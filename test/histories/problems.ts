import type { AccessEntry } from '../helpers/access-log.js';
import { givenAway, type Story, unsettled, violations } from '../helpers/never-again.js';
import { tellViolation } from '../helpers/tell-violation.js';
import type { Scene } from './scene.js';

/** Enough to see what is wrong. */
const problemsMax = 3;

/**
 * What was wrong at any moment of a history, each with all that is known of the member: its times count from that moment.
 * @param handled what is known to be handled beside what sync_events say
 */
export async function problemsIn(scene: Scene, handled: readonly AccessEntry[]): Promise<string[]> {
  const { stage, history, crowd, directory } = scene;
  const story = storyOf(scene, [...(await stage.log.entries()), ...handled]);
  const bystanders = new Set([...crowd, ...stage.neighbours.map(({ memberId }) => memberId)]);
  const found = [
    // Where search has old names of groups for ever, no date says that they are old.
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
