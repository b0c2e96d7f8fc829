import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { memberEvent, signed } from '../helpers/webhook.js';
import { answer } from './answering.js';

/** The load: events signed beforehand, and sent as bytes over a few connections, some at a time on each. */
let requests: Buffer[] = [];

type Events = { memberIds: string[]; organizationId: string | null; action: 'UPDATE' | 'DELETE'; count: number };

answer({
  /** Signs `count` events, going round the members. They are good for five minutes. */
  prepare: ({ memberIds, organizationId, action, count }: Events) => {
    requests = Array.from({ length: count }, (_, i) =>
      request({ id: memberIds[i % memberIds.length], organizationId, action }),
    );
  },
  /** Sends all of them as fast as they are taken. @returns seconds, and how many were not accepted */
  flood: ({ port, connections = 8, depth = 16 }: { port: number; connections?: number; depth?: number }) =>
    flood(port, connections, depth),
  /** Sends as many of them a second as asked for, each stamped when it is sent. */
  steadily: (options: Events & { port: number; perSecond: number; seconds: number }) => steadily(options),
});

function request({
  id,
  organizationId,
  action,
}: {
  id: string | undefined;
  organizationId: string | null;
  action: string;
}) {
  const member = action === 'DELETE' ? undefined : { organization_id: organizationId, status: 'active' };
  const { body, headers } = signed(memberEvent({ id, action, member }));
  const length = Buffer.byteLength(body);
  const lines = Object.entries({ host: 'localhost', ...headers, 'content-length': length }).map(
    ([k, v]) => `${k}: ${v}\r\n`,
  );
  return Buffer.from(`POST /webhooks/stytch HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
}

async function flood(port: number, connections: number, depth: number): Promise<{ seconds: number; refused: number }> {
  const started = performance.now();
  let next = 0;
  let refused = 0;
  const run = async () => {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    await answersOn(socket, {
      fill: (waiting) => {
        let sent = 0;
        for (; waiting + sent < depth && next < requests.length; sent++) socket.write(requests[next++] ?? '');
        return sent;
      },
      onAnswer: (status) => {
        if (status !== '202') refused++;
      },
    });
    socket.destroy();
  };
  await Promise.all(Array.from({ length: connections }, run));
  return { seconds: (performance.now() - started) / 1000, refused };
}

/** Reads answers until nothing more is sent and nothing is waited for. */
function answersOn(
  socket: Socket,
  { fill, onAnswer }: { fill: (waiting: number) => number; onAnswer: (status: string) => void },
): Promise<void> {
  return new Promise((resolve, reject) => {
    let waiting = fill(0);
    let rest = '';
    if (waiting === 0) resolve();
    socket.on('data', (chunk) => {
      rest += chunk.toString('latin1');
      for (let answer = firstAnswer(rest); answer; answer = firstAnswer(rest)) {
        rest = rest.slice(answer.length);
        onAnswer(answer.status);
        waiting--;
      }
      waiting += fill(waiting);
      if (waiting === 0) resolve();
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('The receiver closed the connection.')));
  });
}

/** The first whole answer in the text; the two servers of this bench always tell the length of their bodies. */
function firstAnswer(text: string): { status: string; length: number } | null {
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd < 0) return null;
  const bodyLength = Number(/content-length: (\d+)/i.exec(text.slice(0, headEnd))?.[1]);
  if (Number.isNaN(bodyLength)) throw new Error('An answer does not tell its length.');
  const length = headEnd + 4 + bodyLength;
  return text.length < length ? null : { status: text.slice('HTTP/1.1 '.length, 12), length };
}

async function steadily({
  port,
  perSecond,
  seconds,
  ...events
}: Events & { port: number; perSecond: number; seconds: number }) {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.resume();
  const started = performance.now();
  for (let sent = 0; sent < perSecond * seconds; sent++) {
    const due = started + (sent / perSecond) * 1000;
    if (due > performance.now()) await sleep(due - performance.now());
    const id = events.memberIds[sent % events.memberIds.length];
    socket.write(request({ ...events, id }));
  }
  await sleep(200);
  socket.destroy();
}
