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

it('reads a whole body, separate from others', async () => {
  const open = setUp();
  const [one, other] = [open(), open()];
  one.sender.write('be');
  other.sender.end('other');
  one.sender.end('gun');
  expect(String(await one.body)).toBe('begun');
  expect(String(await other.body)).toBe('other');
});

it('counts each chunk once', async () => {
  const { sender, body } = setUp()();
  for (let i = 0; i < 5; i++) sender.write(Buffer.alloc(12 * kib));
  sender.end();
  expect(await body).toHaveLength(60 * kib);
});

it("without room it still reads Svix's small bodies, and refuses larger ones at once", async () => {
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
])('frees the room of a sender that %s', async (_, end) => {
  const open = setUp();
  const held = await holding(open, 50 * kib);
  end(held);
  await turn();
  const fits = open();
  fits.sender.end(Buffer.alloc(50 * kib + free - perChunk));
  expect(await fits.body).toHaveLength(50 * kib + free - perChunk);
  await holding(open, 50 * kib);
  const next = open();
  next.sender.write(Buffer.alloc(free - perChunk + 1)); // needs one byte of room
  expect(await next.body).toBe('overloaded');
});

it('counts a body sent byte by byte by its memory', async () => {
  const { sender, body } = setUp()();
  for (let i = 0; i < 70; i++) sender.write('x');
  expect(await body).toBe('overloaded');
});

it('takes a body of exactly the largest size, and no byte more', async () => {
  const read = bodyReader({ oneMax: 4, allMax: kib });
  const [fits, large] = [new PassThrough(), new PassThrough()];
  fits.end('four');
  large.end('fiver');
  expect(String(await read(fits))).toBe('four');
  expect(await read(large)).toBe('too_large');
});

it('waits for the end of a body that is too large, up to sixteen times the largest size', async () => {
  const open = setUp();
  const [ending, endless] = [open(), open()];
  const answered: string[] = [];
  void ending.body.then(() => answered.push('ending'));
  void endless.body.then(() => answered.push('endless'));
  for (const { sender } of [ending, endless]) sender.write(Buffer.alloc(101 * kib));
  for (let i = 0; i < 15; i++) endless.sender.write(Buffer.alloc(i < 14 ? 100 * kib : 99 * kib));
  await turn();
  expect(answered).toEqual([]);
  ending.sender.end();
  endless.sender.write('x');
  expect(await Promise.all([ending.body, endless.body])).toEqual(['too_large', 'too_large']);
});

it('has the room of a body again when it has ended, though its connection stays open', async () => {
  const read = bodyReader({ oneMax: 100 * kib, allMax: 50 * kib });
  for (let i = 0; i < 3; i++) {
    const sender = new PassThrough({ emitClose: false });
    sender.end(Buffer.alloc(60 * kib));
    expect(await read(sender)).toHaveLength(60 * kib);
  }
});

it('has no more room because of bodies that take none', async () => {
  const open = setUp();
  for (let i = 0; i < 10; i++) await holding(open, perChunk - free + 1); // of one byte each
  await holding(open, 50 * kib);
  const next = open();
  next.sender.write(Buffer.alloc(free - perChunk + 1));
  expect(await next.body).toBe('overloaded');
});

it('rejects when the sender disconnects', async () => {
  const { sender, body } = setUp()();
  sender.write('beg');
  sender.destroy();
  await expect(body).rejects.toThrow('disconnected');
});

it('rejects with what broke the connection', async () => {
  const { sender, body } = setUp()();
  sender.destroy(new Error('connection reset'));
  await expect(body).rejects.toThrow('connection reset');
});
