import type { Request } from 'express';
import { credentialsOf } from '../../src/http/credentials.js';

const of = (headers: { authorization?: string; cookie?: string }) => credentialsOf({ headers } as Request);
const jwt = (text: string) => ({ session_jwt: text });
const token = (text: string) => ({ session_token: text });

it('finds none where there is none', () => {
  expect(of({})).toEqual([]);
  expect(of({ cookie: 'a=1; b=2' })).toEqual([]);
});

describe('a bearer token', () => {
  it.each([
    ['of three parts is a JWT', 'Bearer a.b.c', [jwt('a.b.c')]],
    ['of one part is a session token', 'Bearer abc', [token('abc')]],
    ['of two or four parts is a session token', 'Bearer a.b', [token('a.b')]],
    ['counts in small letters, and after several spaces', 'bearer   abc', [token('abc')]],
    ['may hold every character of a token', 'Bearer aZ0_.~+/=-', [token('aZ0_.~+/=-')]],
    ['of 8,192 characters counts', `Bearer ${'x'.repeat(8192)}`, [token('x'.repeat(8192))]],
    ['of 8,193 characters does not', `Bearer ${'x'.repeat(8193)}`, []],
    ['with another character does not', 'Bearer abc<', []],
    ['with something after it does not', 'Bearer abc def', []],
    ['with something before it does not', 'x Bearer abc', []],
    ['without a space does not', 'Bearerabc', []],
    ['of another kind does not', 'Basic abc', []],
    ['that is empty does not', 'Bearer ', []],
  ])('%s', (_, authorization, expected) => {
    expect(of({ authorization })).toEqual(expected);
  });

  it('is the only credential beside any cookie, even if it is no good', () => {
    const cookie = 'stytch_session=abc';
    expect(of({ authorization: 'Bearer def', cookie })).toEqual([token('def')]);
    expect(of({ authorization: 'Basic def', cookie })).toEqual([]);
  });
});

describe('cookies', () => {
  it('of Stytch are tried in this order: the JWT, then the session', () => {
    expect(of({ cookie: 'stytch_session=abc; x=1;stytch_session_jwt=a.b.c' })).toEqual([jwt('a.b.c'), token('abc')]);
  });

  it('of one name are all tried in their order, up to three', () => {
    const many = (name: string) => [1, 2, 3, 4].map((n) => `${name}=v${n}`).join('; ');
    const three = ['v1', 'v2', 'v3'].map(token);
    expect(of({ cookie: `${many('stytch_session')}; ${many('stytch_session_jwt')}` })).toEqual([...three, ...three]);
  });

  it.each([
    ['empty', 'stytch_session=; stytch_session=abc'],
    ['no token', 'stytch_session=a<b; stytch_session=abc'],
    ['of names that only begin alike', 'stytch_sessions=x; xstytch_session=x; stytch_session=abc'],
  ])('that are %s count for nothing', (_, cookie) => {
    expect(of({ cookie })).toEqual([token('abc')]);
  });

  it('are decoded', () => {
    expect(of({ cookie: 'stytch_session=a%2Bb' })).toEqual([token('a+b')]);
  });
});
