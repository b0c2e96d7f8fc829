/** The RS256 keys that session JWTs are signed with and that the JWKS publishes. */
import { exportJWK, generateKeyPair, type JWK, type KeyLike } from 'jose';
import { newId } from '../ids.js';

export interface SigningKeys {
  current(): Promise<SigningKey>;
  published(): Promise<readonly JWK[]>;
  find(kid: string | undefined): Promise<SigningKey | undefined>;
  /** Stytch serves the old key for one more month. */
  rotate(options?: { readonly keepOld?: boolean }): Promise<void>;
}

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyLike;
  readonly publicKey: KeyLike;
}

/** The first key is made when it is first needed: most tests never sign in. */
export function createSigningKeys(environment: 'test' | 'live'): SigningKeys {
  let keys: Promise<readonly SigningKey[]> | undefined;
  const all = () => {
    keys ??= newKey(environment).then((key) => [key]);
    return keys;
  };
  return {
    async current() {
      const [key] = await all();
      return key ?? newKey(environment);
    },
    published: async () => Promise.all((await all()).map(publicJwk)),
    find: async (kid) => (await all()).find((key) => key.kid === kid),
    async rotate({ keepOld = true } = {}) {
      const old = keepOld ? await all() : [];
      keys = newKey(environment).then((key) => [key, ...old]);
      await keys;
    },
  };
}

async function newKey(environment: 'test' | 'live'): Promise<SigningKey> {
  return { kid: newId('jwk', environment), ...(await generateKeyPair('RS256')) };
}

async function publicJwk({ kid, publicKey }: SigningKey): Promise<JWK> {
  return { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' };
}
