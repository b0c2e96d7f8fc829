import { z } from 'zod';
import { type RefusalCode, refusalOfCode } from '../../http/refusal.js';
import { error } from './answers.js';
import { type Operation, operations } from './operations.js';

type Json = Record<string, unknown>;

/** The errors of all operations. */
const commonErrors: RefusalCode[] = [
  'not_signed_in',
  'forbidden',
  'unknown_team',
  'not_enabled',
  'suspended',
  'cross_origin',
  'method_not_allowed',
  'too_large',
  'unsupported_media',
  'too_many_requests',
  'internal',
  'unavailable',
];

/**
 * The OpenAPI 3.1 document of /api/scim, from the schemas that check requests and describe answers.
 * @param version the version of the program
 */
export function openApiDocument(version: string): Json {
  const paths: Record<string, Json> = {};
  for (const operation of Object.values<Operation>(operations)) {
    const path = `/api/scim${operation.path}`;
    paths[path] = { ...paths[path], [operation.method]: describe(operation) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Scanner SCIM',
      version,
      description:
        'Settings > SCIM for programs. Sign in with Stytch and send the session JWT as bearer token. The team is that of the session.',
    },
    servers: [{ url: '/' }],
    security: [{ session: [] }],
    paths,
    components: {
      securitySchemes: {
        session: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'A Stytch session JWT' },
      },
      schemas: { Error: schemaOf(error, 'output') },
    },
  };
}

function describe(operation: Operation): Json {
  const { method, path, summary, permission, body, answers, errors } = operation;
  return {
    operationId: `${method}${path.replaceAll(/[/{}.]+(\w)?/g, (_, letter = '') => letter.toUpperCase())}`,
    summary,
    description: `Needs the permission \`${permission}\` on \`stytch.scim\`.`,
    parameters: parametersOf(operation),
    ...(body === undefined ? {} : { requestBody: { content: json(schemaOf(body, 'input')) } }),
    responses: { ...answersOf(answers), ...errorsOf([...commonErrors, ...errors]) },
  };
}

function parametersOf({ path, query, canPreview }: Operation): Json[] {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const inQuery = Object.entries(query?.shape ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    required: false,
    schema: parameterSchema(schema),
  }));
  const preview = { name: 'preview', in: 'query', required: false, schema: { type: 'string', enum: ['true'] } };
  return [...inPath, ...inQuery, ...(canPreview ? [preview] : [])];
}

/** A cursor is parsed into an object, but for the caller it is text. */
function parameterSchema(schema: unknown): Json {
  const found = schemaOf(schema as z.ZodType, 'output');
  return 'type' in found || 'enum' in found ? found : { type: 'string' };
}

function answersOf(answers: Operation['answers']): Json {
  return Object.fromEntries(
    Object.entries(answers).map(([status, answer]) => [
      status,
      {
        description: Number(status) === 201 ? 'Created' : 'OK',
        content:
          answer === 'text/csv' ? { 'text/csv': { schema: { type: 'string' } } } : json(schemaOf(answer, 'output')),
      },
    ]),
  );
}

/** One answer for each status, with all its codes. */
function errorsOf(codes: readonly RefusalCode[]): Json {
  const byStatus = new Map<number, string[]>();
  for (const code of codes) {
    const { status, message } = refusalOfCode(code);
    byStatus.set(status, [...(byStatus.get(status) ?? []), `\`${code}\`: ${message}`]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, texts]) => [
      status,
      { description: texts.join('\n\n'), content: json({ $ref: '#/components/schemas/Error' }) },
    ]),
  );
}

function json(schema: Json): Json {
  return { 'application/json': { schema } };
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...found } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return found;
}
