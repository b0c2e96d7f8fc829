import { isSameEmail } from '../../src/directory/email.js';

it.each([
  ['in another case', 'Ada@ACME.example', 'ada@acme.example'],
  ['in another case, beyond ASCII', 'ÄDA@acme.example', 'äda@acme.example'],
  ['composed differently', 'a\u0308da@acme.example', '\u00e4da@acme.example'],
])('an address is the same %s', (_, a, b) => {
  expect([isSameEmail(a, b), isSameEmail(b, a)]).toEqual([true, true]);
});

it.each([
  ['with another name', 'ada@acme.example', 'bob@acme.example'],
  ['without its accent', 'äda@acme.example', 'ada@acme.example'],
  ['that is empty', 'ada@acme.example', ''],
])('an address is not the same %s', (_, a, b) => {
  expect(isSameEmail(a, b)).toBe(false);
});
