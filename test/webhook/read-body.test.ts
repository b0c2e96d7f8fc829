import { PassThrough } from 'node:stream';
import { bodyReader } from '../../src/webhook/read-body.js';

const kib = 1024;
const free = 16 * kib;
const perChunk = kib;

/** A reader of bodies of at most 100 KiB, and a room of 50 KiB for all; a sender for it. */
function setUp() {
  const read = bodyReader({ oneMax: 100 * kib, allMax: 50 * kib });
  return () => {
    const sender = new PassThrough();
    return { sender, body: read(sender) };
  };
}

/** A sender whose one chunk takes this much of the room, and who never ends. */
async function holding(open: ReturnType<typeof setUp>, bytes: number) {
  const held = open();
  held.body.catch(() => {});
  held.sender.write(Buffer.alloc(bytes + free - perChunk));
  await turn();
  return held;
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

it('reads a body whole, and nothing of another', async () => {
  const open = setUp();
  const [one, other] = [open(), open()];
  one.sender.write('be');
  other.sender.end('other');
  one.sender.end('gun');
  expect(String(await one.body)).toBe('begun');
  expect(String(await other.body)).toBe('other');
});

it('takes room for each chunk once', async () => {
  const { sender, body } = setUp()();
  for (let i = 0; i < 5; i++) sender.write(Buffer.alloc(12 * kib));
  sender.end();
  expect(await body).toHaveLength(60 * kib);
});

it('with no room left takes what Svix sends, and refuses what is larger at once', async () => {
  const open = setUp();
  await holding(open, 50 * kib);
  const [small, large] = [open(), open()];
  small.sender.end(Buffer.alloc(free - perChunk));
  large.sender.write(Buffer.alloc(free - perChunk + 1));
  expect(await small.body).toHaveLength(free - perChunk);
  expect(await large.body).toBe('overloaded');
});

it.each<[string, (held: Awaited<ReturnType<typeof holding>>) => unknown]>([
  ['has ended', ({ sender }) => sender.end()],
  ['hangs up', ({ sender }) => sender.destroy()],
  ['is refused for what came after', ({ sender }) => sender.write(Buffer.alloc(kib))],
  ['turns out to be too large', ({ sender }) => sender.write(Buffer.alloc(100 * kib))],
])('has the room of a sender again who %s, and no more than that', async (_, end) => {
  const open = setUp();
  const held = await holding(open, 50 * kib);
  end(held);
  await turn();
  const fits = open();
  fits.sender.end(Buffer.alloc(50 * kib + free - perChunk));
  expect(await fits.body).toHaveLength(50 * kib + free - perChunk);
  await holding(open, 50 * kib);
  const next = open();
  next.sender.write(Buffer.alloc(free));
  expect(await next.body).toBe('overloaded');
});

it('counts a body of single bytes by what it takes of the memory', async () => {
  const { sender, body } = setUp()();
  for (let i = 0; i < 70; i++) sender.write('x');
  expect(await body).toBe('overloaded');
});

it('hears out who sends too much, to a point', async () => {
  const open = setUp();
  const [withBackoff, endless] = [open(), open()];
  withBackoff.sender.end(Buffer.alloc(101 * kib));
  for (let i = 0; i < 17; i++) endless.sender.write(Buffer.alloc(101 * kib));
  expect(await Promise.all([withBackoff.body, endless.body])).toEqual(['too_large', 'too_large']);
});

it('rejects when the sender breaks off', async () => {
  const { sender, body } = setUp()();
  sender.write('beg');
  sender.destroy();
  await expect(body).rejects.toThrow('broke off');
});
