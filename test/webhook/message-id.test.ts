import { createHash } from 'node:crypto';
import { messageIdOf } from '../../src/webhook/message-id.js';

it("keeps Svix's own id, and hashes what may be no id", () => {
  expect(messageIdOf('msg_2aBcD')).toBe('msg_2aBcD');
  for (const header of ['ada@acme.example', '', 'a b', 'x'.repeat(3000)]) {
    expect(messageIdOf(header)).toBe(`sha256-${createHash('sha256').update(header).digest('hex')}`);
  }
});
