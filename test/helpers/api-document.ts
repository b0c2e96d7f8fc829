import { z } from 'zod';

// biome-ignore lint/suspicious/noExplicitAny: a document of any shape, looked at here and there
type Json = any;

const documents = new Map<string, Promise<Json>>();
const schemas = new Map<string, z.ZodType>();

/** The OpenAPI document, as the server at this address publishes it. */
export function apiDocument(url: string): Promise<Json> {
  const document = documents.get(url) ?? fetch(`${url}/api/openapi.json`).then((response) => response.json());
  documents.set(url, document);
  return document;
}

export type HeldAnswer = { method: string; path: string; status: number; text: string; contentType: string };

/**
 * Holds an answer of the API against the published document: its status, its body, and the code of an error.
 * @throws when the document does not describe it
 */
export async function holdAgainstDocument(url: string, answer: HeldAnswer): Promise<void> {
  const document = await apiDocument(url);
  const { method, status, text, contentType } = answer;
  const template = Object.keys(document.paths).find((one) => matches(one, answer.path));
  if (template === undefined) return;
  const operation = document.paths[template][method.toLowerCase()];
  if (operation === undefined) return;
  const described = operation.responses[status];
  const what = `${method} ${template}: ${status} ${text.slice(0, 300)}`;
  if (described === undefined) throw new Error(`${what} is not described`);
  const { schema } = described.content[contentType] ?? {};
  if (schema === undefined) throw new Error(`${what}: ${contentType} is not described`);
  if (contentType !== 'application/json') return;
  const { error, data } = schemaOf(document, schema).safeParse(JSON.parse(text));
  if (error) throw new Error(`${what} is not as described: ${error.message}`);
  const code = (data as Json)?.error?.code;
  if (status >= 400 && !described.description.includes(`\`${code}\``))
    throw new Error(`${what}: its code is not described`);
}

function matches(template: string, path: string): boolean {
  const [bare = ''] = path.split('?');
  return new RegExp(`^${template.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(bare);
}

function schemaOf(document: Json, schema: Json): z.ZodType {
  const text = JSON.stringify(schema);
  const known = schemas.get(text);
  if (known !== undefined) return known;
  const { $ref } = schema;
  const whole =
    $ref === undefined
      ? schema
      : $ref
          .slice(2)
          .split('/')
          .reduce((at: Json, key: string) => at[key], document);
  const made = z.fromJSONSchema(whole);
  schemas.set(text, made);
  return made;
}
