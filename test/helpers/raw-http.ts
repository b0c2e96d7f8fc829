import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export type RawRequest = { method: string; path: string; headers: readonly [string, string][]; body: Buffer };
export type RawAnswer = { status: number; headers: Map<string, string>; body: string };

/** Sends requests as bytes, whatever they hold, over a few connections that are kept open: no client library tidies them up. */
export function rawClient(port: number, connections = 16) {
  const lines = Array.from({ length: connections }, () => openLine(port));
  const free = [...lines];
  const waiting: ((line: Line) => void)[] = [];
  const take = () => {
    const line = free.pop();
    return line ? Promise.resolve(line) : new Promise<Line>((resolve) => waiting.push(resolve));
  };
  const giveBack = (line: Line) => {
    const next = waiting.shift();
    if (next) next(line);
    else free.push(line);
  };
  return {
    /** Null when the server hung up without a word. */
    send: async (request: RawRequest): Promise<RawAnswer | null> => {
      const line = await take();
      try {
        return await line.exchange(bytesOf(request), request.method === 'HEAD');
      } finally {
        giveBack(line);
      }
    },
    close: () => {
      for (const line of lines) line.close();
    },
  };
}

export function bytesOf({ method, path, headers, body }: RawRequest): Buffer {
  const lines = [...headers, ['Content-Length', String(body.length)]].map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\nHost: x\r\n${lines.join('')}\r\n`, 'latin1'), body]);
}

type Line = ReturnType<typeof openLine>;

function openLine(port: number) {
  let socket: Socket | null = null;
  return {
    exchange: async (bytes: Buffer, isHead: boolean): Promise<RawAnswer | null> => {
      if (socket === null || socket.destroyed || !socket.writable) {
        socket = connect(port, '127.0.0.1').on('error', () => {});
        await once(socket, 'connect');
      }
      const answer = await exchange(socket, bytes, isHead);
      if (answer === null || answer.headers.get('connection') === 'close' || answer.status === 400) socket.destroy();
      return answer;
    },
    close: () => socket?.destroy(),
  };
}

function exchange(socket: Socket, bytes: Buffer, isHead: boolean): Promise<RawAnswer | null> {
  return new Promise((resolve) => {
    let heard = Buffer.alloc(0);
    const settle = (answer: RawAnswer | null) => {
      socket.off('data', hear).off('close', hungUp);
      resolve(answer);
    };
    const hear = (chunk: Buffer) => {
      heard = Buffer.concat([heard, chunk]);
      const answer = parse(heard, isHead);
      if (answer !== null) settle(answer);
    };
    const hungUp = () => settle(null);
    socket.on('data', hear).on('close', hungUp);
    socket.write(bytes);
  });
}

/** Null while a part is missing. */
function parse(heard: Buffer, isHead: boolean): RawAnswer | null {
  const end = heard.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const [first = '', ...rest] = heard.subarray(0, end).toString('latin1').split('\r\n');
  const status = Number(first.split(' ')[1]);
  if (status === 100) return parse(heard.subarray(end + 4), isHead);
  const headers = new Map(
    rest.map((line): [string, string] => {
      const [name = '', ...value] = line.split(':');
      return [name.toLowerCase(), value.join(':').trim()];
    }),
  );
  const body = heard.subarray(end + 4);
  if (isHead || status === 204 || status === 304) return { status, headers, body: '' };
  if (headers.get('transfer-encoding') === 'chunked') {
    return body.toString('latin1').endsWith('0\r\n\r\n') ? { status, headers, body: body.toString('utf8') } : null;
  }
  const length = Number(headers.get('content-length') ?? 0);
  return body.length < length ? null : { status, headers, body: body.subarray(0, length).toString('utf8') };
}
