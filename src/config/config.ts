import { z } from 'zod';
import { readSecretFiles, secretNames } from './secret-files.js';
import { cleaned, databaseUrlProblem, redisUrlProblem, urlProblem } from './variable.js';

/** The parsed environment. */
export type Config = z.infer<typeof environment>;

/** Bad configuration. The message lists all problems. It never shows a value, because that may be a secret. */
export class ConfigProblem extends Error {
  override name = 'ConfigProblem';
}

const url = (protocols: RegExp, example: string) =>
  z.url({ protocol: protocols, error: `must be a URL like ${example}` });
/** The URL of a server. Also refuses what a URL parser accepts or drops, but the server would not accept. */
const serverUrl = (protocols: RegExp, example: string, problemOf = urlProblem) =>
  z
    .string({ error: `must be a URL like ${example}` })
    .superRefine((text, context) => {
      const message = problemOf(text);
      if (message !== null) context.addIssue({ code: 'custom', message });
    })
    .pipe(url(protocols, example));
const wholeNumber = (min: number, max: number) =>
  z.coerce
    .number({ error: `must be a whole number from ${min} to ${max}` })
    .int({ error: `must be a whole number from ${min} to ${max}` })
    .min(min, { error: `must be at least ${min}` })
    .max(max, { error: `must be at most ${max}` });

/**
 * Several URLs, or one with `?cluster=true`, are nodes of one Redis Cluster. Kept as text, because only the queue's backend
 * needs to know.
 */
const redisUrls = z.string().superRefine((list, context) => {
  const failures = list.split(',').flatMap((one) => redisUrl.safeParse(one.trim()).error?.issues ?? []);
  const [first] = failures;
  if (first !== undefined) context.addIssue({ code: 'custom', message: first.message });
});
const redisUrl = serverUrl(
  /^rediss?$/,
  'redis://host:6379, or several of them, separated by commas, for the nodes of a Redis Cluster',
  redisUrlProblem,
);

const webhookSecrets = z
  .string({ error: 'must be set: the secret of the webhook endpoint in the Stytch dashboard, whsec_…' })
  .transform((list) => list.split(',').map((secret) => secret.trim()))
  .pipe(
    z
      .array(
        z.string().regex(/^whsec_(?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, {
          error: 'must be whsec_… secrets as the Stytch dashboard shows them, separated by commas',
        }),
      )
      .min(1),
  );

const environment = z.object({
  PORT: wholeNumber(0, 65_535).default(3000),
  HOST: z.string().default('0.0.0.0'),
  DATABASE_URL: serverUrl(/^postgres(ql)?$/, 'postgresql://user:password@host:5432/scanner', databaseUrlProblem),
  REDIS_URL: redisUrls.optional(),
  PUBLIC_URL: url(/^https?$/, 'https://scim.scanner.dev').optional(),
  STYTCH_PROJECT_ID: z.string({ error: 'must be set: project-test-… or project-live-…' }).startsWith('project-', {
    error: 'must start with project-test- or project-live-',
  }),
  STYTCH_SECRET: z
    .string({ error: "must be set: the project's secret from the Stytch dashboard" })
    .regex(/^[!#-&(-~]+$/, {
      error: 'must be the secret alone, as the Stytch dashboard shows it: no spaces, line breaks or quotes',
    }),
  STYTCH_BASE_URL: url(/^https?$/, 'https://test.stytch.com').optional(),
  STYTCH_WEBHOOK_SECRETS: webhookSecrets,
  SIGN_IN_URL: url(/^https?$/, 'https://app.scanner.dev/sign-in').optional(),
  SUPPORT_CONTACT: z
    .union([z.email(), z.url({ protocol: /^https?$/ })], {
      error: 'must be an e-mail address or a URL, like support@scanner.dev',
    })
    .optional(),
  SUPPORT_ORGANIZATION_ID: z.string().optional(),
  SLA_SECONDS: wholeNumber(1, 86_400).default(300),
  SWEEP_INTERVAL_SECONDS: wholeNumber(1, 86_400).default(240),
  STYTCH_SEARCHES_PER_MINUTE: wholeNumber(1, 60_000).default(100),
  WORKER_CONCURRENCY: wholeNumber(1, 10_000).default(3000),
  SYNC_EVENTS_RETENTION_DAYS: wholeNumber(1, 36_500).default(90),
  AUDIT_LOG_RETENTION_DAYS: wholeNumber(365, 36_500).default(2_557), // seven years; the database keeps the last year in any case
  HELD_CHANGES_RETENTION_DAYS: wholeNumber(1, 36_500).default(365),
  DEACTIVATED_USERS_RETENTION_DAYS: wholeNumber(1, 36_500).default(2_557),
  EVIDENCE_HEADS_FILE: z.string().optional(),
  DRAIN_SECONDS: wholeNumber(0, 600).default(5),
  HEARTBEAT_FILE: z.string().startsWith('/', { error: 'must be an absolute path' }).optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: url(/^https?$/, 'http://collector:4318').optional(),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
      error: 'must be one of fatal, error, warn, info, debug, trace, silent',
    })
    .default('info'),
});

/**
 * Environment -> configuration. A secret may be in a file.
 * @throws ConfigProblem
 */
export function loadConfig(env: Env): Config {
  return load(environment, env);
}

/** The part of the configuration that migrations need. @throws ConfigProblem */
export function loadDatabaseConfig(env: Env): Pick<Config, 'DATABASE_URL' | 'REDIS_URL'> {
  return load(environment.pick({ DATABASE_URL: true, REDIS_URL: true }), env);
}

type Env = Record<string, string | undefined>;

function load<Shape extends z.ZodRawShape>(schema: z.ZodObject<Shape>, env: Env): z.infer<z.ZodObject<Shape>> {
  const { env: whole, problems: ofFiles } = readSecretFiles(setIn(env));
  const parsed = schema.safeParse(whole);
  const named = new Map((parsed.error?.issues ?? []).map((issue) => [String(issue.path[0]), issue.message]));
  const problems = Object.keys(schema.shape).flatMap((name) => {
    const message = named.get(name);
    return ofFiles.get(name) ?? (message === undefined ? [] : `${name} ${message}`);
  });
  if (parsed.success && problems.length === 0) return parsed.data;
  throw new ConfigProblem(
    [
      'The configuration has problems. Nothing was started:',
      ...problems.map((line) => `  ${line}`),
      'See .env.example.',
    ].join('\n'),
  );
}

/** The variables that are set. An empty one counts as unset, as in a copied .env.example. */
function setIn(env: Env): Env {
  const texts = Object.entries(env).map(([name, value]) => [name, cleaned(value ?? '')] as const);
  return Object.fromEntries(texts.filter(([, text]) => text !== ''));
}

/** The names of all variables, for the tests of the documents. */
export const variableNames = [...Object.keys(environment.shape), ...secretNames.map((name) => `${name}_FILE`)];
