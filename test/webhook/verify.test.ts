import { createVerify, type Headers, signatureOf } from '../../src/webhook/verify.js';
import { type SignedRequest, secret, signed } from '../helpers/webhook.js';

const otherSecret = `whsec_${Buffer.from('another secret of 24 byte').toString('base64')}`;
const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);

function verdictOf({ body, headers }: SignedRequest, secrets = [secret]) {
  const signature = signatureOf(headers);
  if (signature === null) throw new Error('no signature');
  return createVerify(secrets)(Buffer.from(body), signature);
}

describe('a message', () => {
  it('that one of our secrets signed says what its body holds', () => {
    const value = { name: 'Ädä 😀' };
    for (const secrets of [[secret], [otherSecret, secret], [secret, otherSecret]])
      expect(verdictOf(signed(value), secrets)).toEqual({ value });
    expect(verdictOf(signed(value, { family: 'webhook' }))).toEqual({ value });
    expect(verdictOf(signed(value, { secrets: [otherSecret, secret] }))).toEqual({ value });
  });

  it.each(['hello', '', '{"half'])('that is signed and no JSON has no value: %j', (text) => {
    expect(verdictOf(signed(text))).toEqual({ value: undefined });
  });

  it.each([
    ['4 minutes ago', 4, { value: {} }],
    ['4 minutes ahead', -4, { value: {} }],
    ['6 minutes ago', 6, 'stale'],
    ['6 minutes ahead', -6, 'stale'],
  ])('that was signed %s', (_, minutes, expected) => {
    const request = signed({}, { at: minutesAgo(minutes) });
    for (const secrets of [[secret], [otherSecret, secret], [secret, otherSecret]])
      expect(verdictOf(request, secrets)).toEqual(expected);
  });

  it.each<[string, SignedRequest]>([
    ['another secret', signed({}, { secrets: [otherSecret] })],
    ['one of ours, for another body', { ...signed({}), body: '{"changed":true}' }],
    ['one of ours, for another id', { ...signed({}), headers: { ...signed({}).headers, 'svix-id': 'msg_other' } }],
  ])('is refused if its signature is by %s', (_, request) => {
    expect(verdictOf(request)).toBe('bad_signature');
  });

  it('is refused if no secret is configured', () => {
    expect(verdictOf(signed({}), [])).toBe('bad_signature');
  });
});

describe('the signature', () => {
  const headers = (family: string, change: Headers = {}): Headers => ({
    ...{ [`${family}-id`]: `${family}_1`, [`${family}-timestamp`]: '1772600767', [`${family}-signature`]: 'v1,x' },
    ...change,
  });
  const of = (family: string) => ({
    svixId: `${family}_1`,
    attemptedAt: new Date('2026-03-04T05:06:07.000Z'),
    headers: headers(family),
  });

  it.each(['svix', 'webhook'])('is in the headers of the family %s, and nothing else is kept', (family) => {
    expect(signatureOf({ ...headers(family), cookie: 'a=1' })).toEqual(of(family));
  });

  it('is in the first family that is whole', () => {
    expect(signatureOf({ ...headers('webhook'), ...headers('svix') })).toEqual(of('svix'));
    for (const name of ['svix-id', 'svix-timestamp', 'svix-signature'])
      expect(signatureOf({ ...headers('webhook'), ...headers('svix', { [name]: undefined }) })).toEqual(of('webhook'));
  });

  it.each(['svix-id', 'svix-timestamp', 'svix-signature'])('is missing without %s', (name) => {
    for (const value of [undefined, '', ['a', 'b']]) expect(signatureOf(headers('svix', { [name]: value }))).toBeNull();
  });
});
