import { type Guide, partIds, type Value } from './guides/guide.js';

/** A guide for the API: plain texts and values, in the order of the steps. */
export type Instructions = { title: string; steps: { text: string; values?: PlainValue[] }[] }[];

type PlainValue = { label: string; is: Value['is']; value: string };

/** Never has the token itself: that is shown once, when it is made. */
export function instructionsOf(guide: Guide, baseUrl: string): Instructions {
  const { notice, parts, checked } = guide;
  return [
    ...partIds.map((id) => ({
      title: parts[id].title,
      steps: parts[id].steps.map(({ text, values }) => ({
        text,
        ...(values === undefined ? {} : { values: values.map((value) => plain(value, baseUrl)) }),
      })),
    })),
    ...(notice === undefined ? [] : [{ title: notice.title, steps: [{ text: notice.text }] }]),
    {
      title: `Checked on ${checked.on}`,
      steps: [
        ...checked.against.map(({ name, href }) => ({ text: `${name}: ${href}` })),
        ...(checked.unknown === undefined ? [] : [{ text: checked.unknown }]),
      ],
    },
  ];
}

function plain(value: Value, baseUrl: string): PlainValue {
  const { label, is } = value;
  if (is === 'base_url') return { label, is, value: baseUrl };
  if (is === 'fixed') return { label, is, value: value.value };
  return { label, is, value: `${value.prefix && '“Bearer ”, then '}the bearer token that was shown once` };
}
