import type { Client } from '../client.js';

/** A column, as PostgreSQL prints it. Of a view: with the facts of the column behind it. */
export type Column = {
  name: string;
  type: string;
  notNull: boolean;
  /** Null: there is none, so an INSERT without the column stores NULL, or is refused. */
  default: string | null;
  /** PostgreSQL gives the value (identity, generated). */
  isGenerated: boolean;
  /** False for a column of a view that PostgreSQL can't write, because it is an expression. */
  isWritable: boolean;
};

/** `keys`: the part of the definition after the table's name: `btree (team_id, name) WHERE …`. */
export type Index = { name: string; isUnique: boolean; isPrimary: boolean; keys: string };
export type Constraint = { name: string; isForeignKey: boolean; definition: string };
export type Named = { name: string; definition: string };

/** The table that a view shows, and the names of its columns there, by the names that the view has for them. */
export type Base = { table: string; columns: ReadonlyMap<string, string> };

export type Table = {
  name: string;
  /** Null for a table. A view that PostgreSQL can't update by itself has a base without columns. */
  base: Base | null;
  columns: Column[];
  /** Of a view: of its base, with the view's names of the columns. */
  indexes: Index[];
  constraints: Constraint[];
  triggers: Named[];
  /** Columns of a view's base that the view does not show, and that have to be given a value. */
  hiddenRequired: string[];
};

/** What is there: tables, functions and views by name. */
export type Description = {
  tables: Map<string, Table>;
  functions: Map<string, string>;
  /** Views of ours. A view in place of a table is a table here. */
  views: Map<string, string>;
};

/** Which relations to describe: all of some schemas, or those with these names. `views`: names that are views by contract. */
export type Scope = { homes: readonly { schema: string; name: string }[]; views: ReadonlySet<string> };

/** Reads the catalog. Takes no lock on the tables. Unqualified names in definitions are those on the search path. */
export async function describe(client: Client, { homes, views }: Scope): Promise<Description> {
  const relations = await readRelations(client, homes);
  const description: Description = {
    tables: new Map(),
    functions: await readFunctions(client, homes),
    views: new Map(),
  };
  for (const relation of relations) {
    if (views.has(relation.name)) description.views.set(relation.name, await readViewText(client, relation.oid));
    else description.tables.set(relation.name, await readTable(client, relation));
  }
  return description;
}

type Relation = { oid: number; name: string; kind: string };

async function readRelations(client: Client, homes: Scope['homes']): Promise<Relation[]> {
  const { rows } = await client.query<Relation>(
    `SELECT c.oid AS oid, c.relname AS name, c.relkind AS kind
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     JOIN unnest($1::text[], $2::text[]) AS h(schema, name) ON h.schema = n.nspname AND h.name = c.relname
     WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') ORDER BY c.oid`,
    [homes.map(({ schema }) => schema), homes.map(({ name }) => name)],
  );
  return rows;
}

async function readFunctions(client: Client, homes: Scope['homes']): Promise<Map<string, string>> {
  const { rows } = await client.query<Named>(
    `SELECT p.proname AS name, pg_get_functiondef(p.oid) AS definition FROM pg_proc p
     JOIN pg_namespace n ON n.oid = p.pronamespace
     JOIN unnest($1::text[], $2::text[]) AS h(schema, name) ON h.schema = n.nspname AND h.name = p.proname
     WHERE p.prokind = 'f' ORDER BY p.oid`,
    [homes.map(({ schema }) => schema), homes.map(({ name }) => name)],
  );
  return new Map(rows.map(({ name, definition }) => [name, definition]));
}

async function readViewText(client: Client, oid: number): Promise<string> {
  const { rows } = await client.query<{ text: string }>('SELECT pg_get_viewdef($1::oid) AS text', [oid]);
  return rows[0]?.text ?? '';
}

async function readTable(client: Client, { oid, name, kind }: Relation): Promise<Table> {
  const behind = kind === 'v' || kind === 'm' ? await readBehind(client, oid) : null;
  const base = behind === null ? null : { table: behind.table, columns: behind.columns };
  const source = behind?.oid ?? oid;
  const shown = invert(base?.columns ?? new Map());
  const [columns, indexes, constraints, triggers] = [
    await readColumns(client, oid, behind),
    await readIndexes(client, source),
    await readConstraints(client, source),
    await readTriggers(client, source),
  ];
  return {
    ...{ name, base, columns, triggers },
    indexes: indexes.map((index) => ({ ...index, keys: renamed(index.keys, shown) })),
    constraints: constraints.map((one) => ({ ...one, definition: renamedHere(one.definition, shown) })),
    hiddenRequired: behind === null ? [] : await readHiddenRequired(client, behind),
  };
}

type Behind = Base & { oid: number; numbers: ReadonlyMap<string, number> };

/** PostgreSQL keeps in a view's rule which column of which table each of its columns shows. */
async function readBehind(client: Client, view: number): Promise<Behind> {
  const { rows } = await client.query<{ shown: string; column: string; number: number; oid: number; table: string }>(
    `SELECT DISTINCT ON (a.attnum) a.attname AS shown, b.attname AS "column", b.attnum AS number,
       b.attrelid AS oid, format('%I.%I', n.nspname, c.relname) AS "table"
     FROM pg_rewrite r
     CROSS JOIN regexp_matches(r.ev_action::text,
       ':resno (\\d+) :resname (\\S+) :ressortgroupref \\d+ :resorigtbl (\\d+) :resorigcol (\\d+)', 'g') AS m
     JOIN pg_attribute a ON a.attrelid = r.ev_class AND a.attnum = m[1]::int AND a.attname = m[2]
     JOIN pg_attribute b ON b.attrelid = m[3]::oid AND b.attnum = m[4]::int
     JOIN pg_class c ON c.oid = b.attrelid AND c.relkind IN ('r', 'p') JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE r.ev_class = $1::oid AND r.rulename = '_RETURN'`,
    [view],
  );
  const columns = new Map(rows.map(({ shown, column }) => [shown, column]));
  const numbers = new Map(rows.map(({ shown, number }) => [shown, number]));
  return { oid: rows[0]?.oid ?? view, table: rows[0]?.table ?? '', columns, numbers };
}

async function readColumns(client: Client, oid: number, behind: Behind | null): Promise<Column[]> {
  const { rows } = await client.query<Column>(
    `SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type, b.attnotnull AS "notNull",
       COALESCE(pg_get_expr(own.adbin, own.adrelid), pg_get_expr(d.adbin, d.adrelid)) AS "default",
       b.attidentity <> '' OR b.attgenerated <> '' AS "isGenerated",
       a.attrelid = b.attrelid OR pg_column_is_updatable(a.attrelid, a.attnum, false) AS "isWritable"
     FROM pg_attribute a
     LEFT JOIN unnest($3::text[], $4::int[]) AS m(shown, number) ON m.shown = a.attname
     JOIN pg_attribute b ON (b.attrelid, b.attnum) = (CASE WHEN m.number IS NULL THEN a.attrelid ELSE $2::oid END,
       COALESCE(m.number, a.attnum))
     LEFT JOIN pg_attrdef own ON (own.adrelid, own.adnum) = (a.attrelid, a.attnum)
     LEFT JOIN pg_attrdef d ON (d.adrelid, d.adnum) = (b.attrelid, b.attnum)
     WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`,
    [oid, behind?.oid ?? oid, [...(behind?.numbers.keys() ?? [])], [...(behind?.numbers.values() ?? [])]],
  );
  if (behind === null) return rows;
  return rows.map((column) => ({ ...column, isWritable: column.isWritable && behind.columns.has(column.name) }));
}

async function readIndexes(client: Client, oid: number): Promise<Index[]> {
  const { rows } = await client.query<Index>(
    `SELECT c.relname AS name, i.indisunique AS "isUnique", i.indisprimary AS "isPrimary",
       substring(pg_get_indexdef(i.indexrelid) FROM ' USING (.*)$') AS keys
     FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
     WHERE i.indrelid = $1::oid AND i.indisvalid ORDER BY c.oid`,
    [oid],
  );
  return rows;
}

async function readConstraints(client: Client, oid: number): Promise<Constraint[]> {
  const { rows } = await client.query<Constraint>(
    `SELECT conname AS name, contype = 'f' AS "isForeignKey", pg_get_constraintdef(oid) AS definition
     FROM pg_constraint WHERE conrelid = $1::oid AND contype IN ('c', 'f') ORDER BY oid`,
    [oid],
  );
  return rows;
}

async function readTriggers(client: Client, oid: number): Promise<Named[]> {
  const { rows } = await client.query<Named>(
    `SELECT tgname AS name, pg_get_triggerdef(oid) AS definition FROM pg_trigger
     WHERE tgrelid = $1::oid AND NOT tgisinternal ORDER BY oid`,
    [oid],
  );
  return rows;
}

async function readHiddenRequired(client: Client, { oid, columns }: Behind): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT attname AS name FROM pg_attribute WHERE attrelid = $1::oid AND attnum > 0 AND NOT attisdropped
       AND attnotnull AND NOT atthasdef AND attidentity = '' AND NOT attname = ANY($2::text[])`,
    [oid, [...columns.values()]],
  );
  return rows.map(({ name }) => name);
}

function invert(names: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...names].map(([shown, column]) => [column, shown]));
}

/** Replaces whole words, but not text in quotes. Definitions of indexes and constraints have no other words like columns. */
export function renamed(text: string, names: ReadonlyMap<string, string>): string {
  return text.replaceAll(/'[^']*'|\b\w+\b/g, (word) => names.get(word) ?? word);
}

/** The same for a constraint. The columns after REFERENCES are those of another table. */
export function renamedHere(definition: string, names: ReadonlyMap<string, string>): string {
  const [own = '', ...other] = definition.split(' REFERENCES ');
  return [renamed(own, names), ...other].join(' REFERENCES ');
}
