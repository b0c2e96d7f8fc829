/** The unmodified Stytch SDK, pointed at an emulator. */
import { B2BClient, StytchError } from 'stytch';
import type { Emulator } from './emulator.js';

export function sdkClient({ projectId, secret, url }: Pick<Emulator, 'projectId' | 'secret' | 'url'>) {
  const { warn } = console;
  // The SDK warns about every env that is not Stytch's own.
  console.warn = () => {};
  try {
    return new B2BClient({ project_id: projectId, secret, env: url });
  } finally {
    console.warn = warn;
  }
}

/** The error_type that a call is refused with. */
export async function errorTypeOf(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => undefined,
    (refusal: unknown) => refusal,
  );
  if (error instanceof StytchError) return error.error_type;
  throw new Error(`A StytchError was expected, not ${error}`);
}
