/** What Entra sends, with or without its compliance flag, and the library refuses: in RFC 7644's own words. */

type Json = Readonly<Record<string, unknown>>;

/** `"active": "False"` and `"primary": "true"` are booleans. */
export function normaliseResource(body: unknown): unknown {
  if (Array.isArray(body)) return body.map(normaliseResource);
  if (!isObject(body)) return body;
  return Object.fromEntries(Object.entries(body).map(([key, value]) => [key, normaliseValue(key, value)]));
}

export function normalisePatch(body: unknown, current: Json): unknown {
  if (!isObject(body) || !Array.isArray(body.Operations)) return body;
  const added = new Set<string>();
  const operations = body.Operations.flatMap(perAttribute).map((operation) =>
    isObject(operation) ? addMissing(normaliseOperation(operation), current, added) : operation,
  );
  return { ...body, Operations: operations };
}

/** One operation per attribute: without a path the library's replace appends to lists. */
function perAttribute(operation: unknown): unknown[] {
  if (!isObject(operation) || operation.path !== undefined || !isObject(operation.value)) return [operation];
  return Object.entries(operation.value)
    .filter(([path]) => path !== 'id' && path !== 'schemas')
    .map(([path, value]) => ({ ...operation, path, value }));
}

function normaliseOperation(operation: Json): Json {
  const { path, value } = operation;
  if (value === undefined) return operation;
  if (isRemoval(operation)) return { ...operation, value: valuesOnly(value) };
  const name = String(path ?? '')
    .split(/[.:]/)
    .at(-1);
  if (name === 'manager' && typeof value === 'string') return { ...operation, value: { value } };
  return { ...operation, value: normaliseValue(name ?? '', value) };
}

/** Elements to remove are known by their value; the library also compares their null `$ref`. */
function valuesOnly(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(valuesOnly);
  return isObject(value) && 'value' in value ? { value: value.value } : value;
}

/** `emails[type eq "work"].value` where there is no work address yet: RFC 7644 3.5.2.1 lets it be added. */
function addMissing(operation: Json, current: Json, added: Set<string>): Json {
  const [, attribute, key = '', wanted = '', sub = ''] = SELECTION.exec(String(operation.path ?? '')) ?? [];
  if (attribute === undefined || isRemoval(operation)) return operation;
  const element = `${attribute} ${key} ${wanted}`;
  if (added.has(element) || listOf(current[attribute]).some((each) => String(each[key]) === wanted)) return operation;
  added.add(element);
  return { op: 'add', path: attribute, value: [normaliseResource({ [key]: wanted, [sub]: operation.value })] };
}

const SELECTION = /^(\w+)\[(\w+) eq "?([^"\]]*)"?\]\.(\w+)$/;

const isRemoval = (operation: Json): boolean => String(operation.op).toLowerCase() === 'remove';

const listOf = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : []);

function normaliseValue(key: string, value: unknown): unknown {
  const isFlag = key.toLowerCase() === 'active' || key.toLowerCase() === 'primary';
  if (isFlag && typeof value === 'string') return value.toLowerCase() === 'true';
  return normaliseResource(value);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
