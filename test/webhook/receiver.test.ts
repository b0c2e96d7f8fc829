import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join, resolve } from 'node:path';
import { startServer } from '../../src/server.js';
import { messageIdOf } from '../../src/webhook/message-id.js';
import { silent, testConfig } from '../helpers/config.js';
import { createTestDatabase } from '../helpers/database.js';
import { eventually } from '../helpers/eventually.js';
import { backends, inspectQueue, startTestQueue } from '../helpers/queue.js';
import { memberEvent, post, projectId, secret, signed } from '../helpers/webhook.js';

const otherSecret = `whsec_${Buffer.from('another secret of 24 byte').toString('base64')}`;

describe.each(backends)('with the queue on %s', (backend) => {
  let database: Awaited<ReturnType<typeof createTestDatabase>>;
  let queue: Awaited<ReturnType<typeof startTestQueue>>;
  let server: Awaited<ReturnType<typeof startServer>>;
  let url: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    queue = await startTestQueue(backend, database.url);
    const secrets = `${otherSecret},${secret}`;
    server = await startServer(testConfig({ ...queue.env, STYTCH_WEBHOOK_SECRETS: secrets }), silent);
    url = `http://127.0.0.1:${server.port}`;
    await eventually(async () => (await fetch(`${url}/readyz`)).status === 200);
  });
  afterAll(async () => {
    await server.stop();
    await queue.stop();
    await database.drop();
  });

  const jobsWith = (svixId: string) =>
    inspectQueue(queue.home, 'hints', async (hints) =>
      (await hints.getJobs()).filter(({ data }) => data.svixId === svixId),
    );

  it('answers 202 when the queue has the hint, with ids and times and no personal data', async () => {
    const event = memberEvent({
      member: {
        organization_id: 'organization-test-1',
        email_address: 'ada@acme.example',
        name: 'Ada Lovelace',
        status: 'active',
      },
      timestamp: new Date(Date.now() - 1_000).toISOString(),
    });
    const handedOn = async () => {
      const request = signed(event);
      expect(await post(url, request)).toMatchObject({ status: 202, body: { status: 'accepted' } });
      const svixId = String(request.headers['svix-id']);
      return { svixId, data: (await jobsWith(svixId))[0]?.data };
    };
    await eventually(async () => (await handedOn()).data?.isTimed); // once the database has told the time
    const { svixId, data } = await handedOn();
    expect(data).toEqual({
      svixId,
      eventId: event.event_id,
      eventType: 'scim.member.update',
      sentAt: event.timestamp,
      receivedAt: expect.stringMatching(/^\d{4}-/),
      isTimed: true,
      organizationId: 'organization-test-1',
      memberIds: [event.id],
      memberGone: false,
    });
  });

  it('accepts both header families, and each secret of a rotation', async () => {
    const requests = [
      signed(memberEvent(), { family: 'webhook' }),
      signed(memberEvent(), { secrets: [otherSecret] }),
      signed(memberEvent(), { secrets: [otherSecret, secret] }),
    ];
    for (const request of requests) expect((await post(url, request)).status).toBe(202);
  });

  it('accepts a duplicate message, and stores it once', async () => {
    const request = signed();
    expect((await post(url, request)).status).toBe(202);
    expect((await post(url, request)).status).toBe(202);
    expect(await jobsWith(String(request.headers['svix-id']))).toHaveLength(1);
  });

  it.each(['1234567', 'msg:with:colons', 'x'.repeat(3000)])(
    'stores a message with an id that the queue would refuse: %.20s',
    async (id) => {
      expect((await post(url, signed(memberEvent(), { id }))).status).toBe(202);
      expect(await jobsWith(messageIdOf(id))).toHaveLength(1);
    },
  );

  it('accepts every published event of any family, and unknown types', async () => {
    const folder = resolve('test/fixtures/events');
    const published = readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
    const unknown = memberEvent({ object_type: 'spaceship', action: 'LAUNCHED', source: 'MOON' });
    for (const event of [...published, unknown]) {
      const { status } = await post(url, signed({ ...event, project_id: projectId }));
      expect([event.event_id, status]).toEqual([event.event_id, 202]);
    }
  });

  const withoutHeader = (name: string) => {
    const request = signed();
    delete request.headers[name];
    return request;
  };
  const withHeader = (name: string, value: string) => {
    const request = signed();
    return { ...request, headers: { ...request.headers, [name]: value } };
  };
  const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);

  it.each([
    ['no signature headers', 401, 'missing_headers', { body: '{}', headers: {} }],
    ['no message id', 401, 'missing_headers', withoutHeader('svix-id')],
    ['no timestamp', 401, 'missing_headers', withoutHeader('svix-timestamp')],
    ['no signature', 401, 'missing_headers', withoutHeader('svix-signature')],
    ['an empty signature', 401, 'missing_headers', withHeader('svix-signature', '')],
    [
      'a forged signature',
      401,
      'bad_signature',
      withHeader('svix-signature', 'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4='),
    ],
    ['a signature without a version', 401, 'bad_signature', withHeader('svix-signature', 'garbage')],
    ['a timestamp that is not a number', 401, 'bad_signature', withHeader('svix-timestamp', 'yesterday')],
    ['the signature of another message', 401, 'bad_signature', withHeader('svix-id', 'msg_other')],
    ['a body changed after it was signed', 401, 'bad_signature', { ...signed(), body: JSON.stringify(memberEvent()) }],
    [
      'a secret that is not ours',
      401,
      'bad_signature',
      signed(memberEvent(), { secrets: ['whsec_bm90IG91cnMgYnV0IGxvbmcgZW5vdWdo'] }),
    ],
    ['a signature six minutes old', 401, 'stale', signed(memberEvent(), { at: minutesAgo(6) })],
    ['a signature six minutes from now', 401, 'stale', signed(memberEvent(), { at: minutesAgo(-6) })],
    ['a signed empty body', 400, 'not_an_event', signed('')],
    ['signed text that is not JSON', 400, 'not_an_event', signed('hello')],
    ['signed JSON cut short', 400, 'not_an_event', signed(JSON.stringify(memberEvent()).slice(0, -10))],
    ['a signed list', 400, 'not_an_event', signed('[]')],
    ['signed null', 400, 'not_an_event', signed('null')],
    ['signed, very deep nesting', 400, 'not_an_event', signed('['.repeat(500_000))],
    ['a signed object that is not an event', 400, 'not_an_event', signed({ hello: 'world' })],
    ['an event whose id is a number', 400, 'not_an_event', signed(memberEvent({ id: 7 }))],
    ['an event of another project', 403, 'other_project', signed(memberEvent({ project_id: 'project-test-other' }))],
    ['a body over 1 MiB', 413, 'too_large', signed(memberEvent({ padding: 'x'.repeat(1024 * 1024) }))],
  ])('refuses %s with %i', async (_, status, code, request) => {
    const answer = await post(url, request);
    expect(answer).toMatchObject({ status, body: { error: { code, message: expect.stringMatching(/\w+/) } } });
  });

  it('names what an event lacks, and quotes nothing of it', async () => {
    const { body } = await post(url, signed({ id: 'ada@acme.example', name: 'Ada' }));
    expect(body).toEqual({
      error: {
        code: 'not_an_event',
        message:
          'The body is signed but is not a Stytch event; missing or not text: project_id, event_id, action, object_type, source, timestamp.',
      },
    });
  });

  it('accepts a body of exactly 1 MiB', async () => {
    const padding = 1024 * 1024 - Buffer.byteLength(JSON.stringify(memberEvent({ padding: '' })));
    const request = signed(memberEvent({ padding: 'x'.repeat(padding) }));
    expect(Buffer.byteLength(request.body)).toBe(1024 * 1024);
    expect((await post(url, request)).status).toBe(202);
  });

  it('survives a sender that disconnects, and one that never ends', async () => {
    await rawRequest(server.port, 'POST /webhooks/stytch HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{"half"');
    const endless = 'POST /webhooks/stytch HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n';
    const chunk = `100000\r\n${'x'.repeat(0x100000)}\r\n`;
    await rawRequest(server.port, endless + chunk.repeat(20));
    expect((await post(url, signed())).status).toBe(202);
  });

  it('accepts no other method, never redirects, and has no other page', async () => {
    const get = await fetch(`${url}/webhooks/stytch`, { redirect: 'manual' });
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
    expect((await fetch(`${url}/webhooks`, { redirect: 'manual' })).status).toBe(404);
    expect((await fetch(`${url}/webhooks/stytch/`, { method: 'POST', redirect: 'manual' })).status).toBe(401);
  });

  it('counts rejected requests by reason', async () => {
    const text = await (await fetch(`${url}/metrics`)).text();
    expect(text).toMatch(/scim_webhook_rejections_total\{reason="bad_signature"\} [1-9]/);
  });
});

/** Sends bytes as they are, and breaks off. */
function rawRequest(port: number, bytes: string): Promise<void> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes, () => socket.destroy()));
    socket.on('error', () => {});
    socket.on('close', () => done());
  });
}
