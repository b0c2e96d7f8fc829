/** Of a service in compose.yaml, what says with what it is started. */
type Service = { environment: Record<string, string>; secrets: string[] };

/**
 * The environment that compose gives a service, with what deploy/.env says put in.
 * @param mounts where the folder /run/secrets lies, in which each of its secrets is a file
 */
export function composeEnvironment(
  { environment, secrets }: Service,
  { dotEnv, mounts }: { dotEnv: Record<string, string>; mounts: string },
): Record<string, string> {
  const given = Object.entries(environment).map(([name, value]): [string, string] => {
    const secret = /^\/run\/secrets\/(.+)$/.exec(value)?.[1];
    if (secret !== undefined && !secrets.includes(secret)) throw new Error(`${name}: ${secret} is not mounted.`);
    return [name, secret === undefined ? interpolate(value, dotEnv) : `${mounts}/${secret}`];
  });
  return Object.fromEntries(given);
}

function interpolate(value: string, dotEnv: Record<string, string>): string {
  return value.replace(/\$\{(\w+):([-?])([^}]*)\}/g, (_, name: string, kind: string, words: string) => {
    if (kind === '?' && !dotEnv[name]) throw new Error(`${name}: ${words}`);
    return dotEnv[name] || words;
  });
}
