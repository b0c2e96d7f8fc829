import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseEvent } from '../../src/directory/event.js';
import { type Hint, hintOf } from '../../src/directory/hint.js';
import { parseJson } from '../../src/directory/json.js';
import { hintJob } from '../../src/queue/jobs.js';
import { connectProducer } from '../../src/queue/produce.js';
import { batchByTick } from '../../src/webhook/batch-by-tick.js';
import { secret } from '../helpers/webhook.js';
import { answer } from './answering.js';

const accepted = '{"status":"accepted"}';

/** The receiver's floor: node:http, a native HMAC, the same hint and the same enqueue; nothing else. */
answer({
  start: async ({ redisUrl, databaseUrl }: { redisUrl: string; databaseUrl: string }) => {
    const queue = connectProducer({ redisUrl, databaseUrl }, () => {});
    const enqueue = batchByTick((hints: Hint[]) => queue.add(hints.map((hint) => hintJob(hint))));
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', async () => {
        const body = Buffer.concat(chunks);
        const svixId = String(request.headers['svix-id']);
        const signature = String(request.headers['svix-signature']).slice('v1,'.length);
        const head = `${svixId}.${request.headers['svix-timestamp']}.`;
        const expected = createHmac('sha256', key).update(head).update(body).digest();
        if (!timingSafeEqual(expected, Buffer.from(signature, 'base64'))) return void response.writeHead(401).end();
        const parsed = parseEvent(parseJson(body.toString()));
        if ('problem' in parsed) return void response.writeHead(400).end();
        const receivedAt = new Date();
        await enqueue(hintOf(parsed.event, { svixId, receivedAt, attemptedAt: receivedAt, isTimed: true }));
        response
          .writeHead(202, { 'content-type': 'application/json', 'content-length': accepted.length })
          .end(accepted);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  },
});
