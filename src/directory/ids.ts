/** A Stytch id. `@` and spaces are not allowed, so an e-mail or a name never gets into a job, a log or an error as an id. */
const stytchId = /^[A-Za-z0-9][A-Za-z0-9._:|-]{0,199}$/;

/** The value if it is a valid id, else null. */
export function idOrNull(value: unknown): string | null {
  return typeof value === 'string' && stytchId.test(value) ? value : null;
}
