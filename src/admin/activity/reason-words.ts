import { type Activity, isFound } from './activity.js';

/** The name of the identity provider at a time (ISO 8601): `Okta`, or `your identity provider`. */
export type ProviderAt = (time: string) => string;

type Reason = Pick<Activity, 'trigger' | 'eventType' | 'act' | 'at' | 'memberId'>;

/** Why something happened, in plain words: `Removed from a group in Okta`. The event's own name is a detail of the row. */
export function reasonInWords(activity: Reason, providerAt: ProviderAt): string {
  const { trigger, eventType, act, at } = activity;
  if (act !== null) return isFound(activity) ? 'Done outside of Settings' : 'Done in Settings > SCIM';
  const event = eventType === null ? 'Something changed' : eventInWords(eventType, providerAt(at));
  if (trigger === 'hint') return event;
  if (trigger === 'recheck') return `${event}, found by a second look`;
  if (trigger === 'replay') return `${event}, repeated by Scanner support`;
  if (trigger === 'sweep') {
    return eventType === null ? 'Regular check of the whole team' : `${event}, so the whole team was checked`;
  }
  return otherReasons[trigger] ?? 'Something changed';
}

const otherReasons: Record<string, string> = {
  role: 'A role was created, renamed or deleted in Scanner',
  key: 'An API key was made for a person who had left',
  session: 'Sign-out of a person who had left',
};

/** `scim.member.update` -> `Changed in Okta`. A type that we do not know is only “something”. */
function eventInWords(eventType: string, provider: string): string {
  const [source = '', object = '', action = ''] = eventType.split('.');
  const what = actsOn[object]?.[action] ?? (object.includes('connection') ? connectionActs[action] : undefined);
  return `${what ?? 'Something changed'} in ${source === 'scim' ? provider : 'Scanner'}`;
}

const groupActs = { create: 'Group created', update: 'Group changed', delete: 'Group deleted' };
const connectionActs: Record<string, string> = {
  create: 'Connection created',
  update: 'Connection changed',
  delete: 'Connection deleted',
};

/** Group events have two families of names. */
const actsOn: Record<string, Record<string, string>> = {
  member: { create: 'Added', update: 'Changed', delete: 'Removed' },
  scim_member_group: {
    create: 'Added to a group',
    update: 'Group membership changed',
    delete: 'Removed from a group',
  },
  scim_group: groupActs,
  idp_group: { ...groupActs, member_add: 'Added to a group', member_delete: 'Removed from a group' },
  organization: { create: 'Team created', update: 'Team changed', delete: 'Team deleted' },
};
