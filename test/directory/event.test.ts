import { parseEvent } from '../../src/directory/event.js';
import { memberEvent } from '../helpers/webhook.js';

const keys = ['project_id', 'event_id', 'action', 'object_type', 'source', 'id', 'timestamp'];

it('keeps an event as it is, with keys that it does not know', () => {
  const event = memberEvent({ spaceship: { crew: 7 } });
  expect(parseEvent(event)).toEqual({ event });
});

it('takes a key of one character', () => {
  const short = Object.fromEntries(keys.map((key) => [key, 'x']));
  expect(parseEvent(short)).toEqual({ event: short });
});

it.each(keys)('names %s when it is missing, empty or not text', (key) => {
  const problem = `The body is signed but is not a Stytch event; missing or not text: ${key}.`;
  for (const value of [undefined, '', 7, null]) {
    expect(parseEvent(memberEvent({ [key]: value }))).toEqual({ problem });
  }
});

it('names all keys that are wrong at once', () => {
  expect(parseEvent(memberEvent({ action: 7, id: '' }))).toEqual({
    problem: 'The body is signed but is not a Stytch event; missing or not text: action, id.',
  });
});

it.each([undefined, null, 'text', 7, [[]]])('says that %j is not a JSON object', (value) => {
  expect(parseEvent(value)).toEqual({ problem: 'The body is signed but is not a JSON object.' });
});
