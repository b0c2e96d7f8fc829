type Json = Record<string, unknown>;

/**
 * A JSON schema as people read a type: `{ name: string, roles: string[] }`, one field a line. Pure.
 * @param indent spaces before each line but the first
 */
export function schemaText(schema: Json, indent = ''): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (Array.isArray(schema.enum)) return schema.enum.map((one) => JSON.stringify(one)).join(' | ');
  const either = (schema.anyOf ?? schema.oneOf) as Json[] | undefined;
  if (either !== undefined) return either.map((one) => schemaText(one, indent)).join(' | ');
  if (typeof schema.$ref === 'string') return String(schema.$ref.split('/').at(-1));
  if (schema.type === 'array') return listText(schema, indent);
  if (schema.type === 'object') return objectText(schema, indent);
  return String(schema.format ?? [schema.type ?? 'anything'].flat().join(' | '));
}

function listText({ items = {} }: Json, indent: string): string {
  const item = schemaText(items as Json, indent);
  return item.includes(' | ') && !item.startsWith('{') ? `(${item})[]` : `${item}[]`;
}

function objectText({ properties = {}, required = [], additionalProperties }: Json, indent: string): string {
  const fields = Object.entries(properties as Record<string, Json>);
  const rest = typeof additionalProperties === 'object' || additionalProperties === undefined;
  if (fields.length === 0) return rest ? '{ … }' : '{}';
  const inner = `${indent}  `;
  const lines = fields.map(([name, schema]) => {
    const mark = (required as string[]).includes(name) ? '' : '?';
    const note = typeof schema.description === 'string' ? `  // ${schema.description}` : '';
    return `${inner}${name}${mark}: ${schemaText(schema, inner)}${note}`;
  });
  return ['{', ...lines, ...(rest ? [`${inner}…`] : []), `${indent}}`].join('\n');
}
