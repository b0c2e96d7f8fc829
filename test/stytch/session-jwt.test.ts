import { errors } from 'jose';
import { createJwtJudge } from '../../src/stytch/session-jwt.js';

const fails = (error: unknown) => async () => {
  throw error;
};
const claims = {};
const judged = (check: () => Promise<unknown>) => createJwtJudge(check)('a.b.c');

afterEach(() => jest.restoreAllMocks());

it('is valid if the check finds nothing wrong, which gets the JWT as it is', async () => {
  const shown: unknown[] = [];
  expect(await createJwtJudge(async (request) => void shown.push(request))('a.b.c')).toBe('valid');
  expect(shown).toEqual([{ session_jwt: 'a.b.c' }]);
});

it.each<[string, Error, string]>([
  ['it has expired', new errors.JWTExpired('', claims, 'exp'), 'unsure'],
  ['it is not valid yet', new errors.JWTClaimValidationFailed('', claims, 'nbf'), 'unsure'],
  ['it was issued in the future', new errors.JWTClaimValidationFailed('', claims, 'iat'), 'unsure'],
  ['it is for another project', new errors.JWTClaimValidationFailed('', claims, 'aud'), 'forged'],
  ['its signature is wrong', new errors.JWSSignatureVerificationFailed(), 'forged'],
  ['it is malformed', new errors.JWSInvalid(), 'forged'],
  ['it has no claims', new errors.JWTInvalid(), 'forged'],
  ['no key has its id', new errors.JWKSNoMatchingKey(), 'forged'],
  ['several keys may have signed it', new errors.JWKSMultipleMatchingKeys(), 'forged'],
  ['its algorithm is not allowed', new errors.JOSEAlgNotAllowed(), 'forged'],
  ['it needs something unknown', new errors.JOSENotSupported(), 'forged'],
  ['it is of no session', new TypeError('no session'), 'forged'],
  ['the keys do not come in time', new errors.JWKSTimeout(), 'unsure'],
  ['the keys can not be read', new errors.JWKSInvalid(), 'unsure'],
  ['the keys can not be had', new Error('fetch failed'), 'unsure'],
])('judges by what is wrong, also inside another error: %s', async (_, error, verdict) => {
  expect(await judged(fails(error))).toBe(verdict);
  expect(await judged(fails(new Error('jwt check failed', { cause: error })))).toBe(verdict);
});

it.each(['text', null, undefined, 7])('is unsure of a failure that is no error: %p', async (thrown) => {
  expect(await judged(fails(thrown))).toBe('unsure');
});

it('asks for keys that can not be had again after 30 s, and not before', async () => {
  let nowMs = 1_000_000;
  jest.spyOn(Date, 'now').mockImplementation(() => nowMs);
  let checks = 0;
  const judge = createJwtJudge(async () => {
    if (++checks === 1) throw new errors.JWKSTimeout();
  });
  expect([await judge('a.b.c'), checks]).toEqual(['unsure', 1]);
  nowMs += 29_999;
  expect([await judge('a.b.c'), checks]).toEqual(['unsure', 1]);
  nowMs += 1;
  expect([await judge('a.b.c'), checks]).toEqual(['valid', 2]);
});

it('goes on checking after a JWT that is no good', async () => {
  let checks = 0;
  const judge = createJwtJudge(async () => {
    checks++;
    throw new errors.JWSSignatureVerificationFailed();
  });
  expect([await judge('a.b.c'), await judge('a.b.c'), checks]).toEqual(['forged', 'forged', 2]);
});
