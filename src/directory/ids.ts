/**
 * A Stytch id as we accept it from outside. Leaves out `@` and spaces, so that no e-mail or name slips into a job, a log
 * or an error in the place of an id.
 */
const stytchId = /^[A-Za-z0-9][A-Za-z0-9._:|-]{0,199}$/;

export function idOrNull(value: unknown): string | null {
  return typeof value === 'string' && stytchId.test(value) ? value : null;
}
