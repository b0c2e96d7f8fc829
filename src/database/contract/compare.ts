import {
  type Base,
  type Column,
  type Constraint,
  type Description,
  type Index,
  renamed,
  renamedHere,
  type Table,
} from './describe.js';
import { onSearchPath } from './expected.js';
import { homeOf, searchPath } from './homes.js';

/** One difference from the contract. */
export type Finding = {
  /** `users.email`, or the name of an index, a constraint, a trigger, a function. */
  place: string;
  what: string;
  /** False: `migrate` makes it with this SQL. True: only the owner of the data can, and the SQL shows how. */
  isRefused: boolean;
  sql: string;
  /** A query for rows that stand in the way of the SQL. */
  counterexamples?: string;
};

/**
 * Compares what is there with the contract. Pure. The findings are in an order in which their SQL can run: functions, tables,
 * columns, indexes, constraints, views, triggers.
 */
export function compare(expected: Description, actual: Description): Finding[] {
  const pairs = [...expected.tables.values()].map((table) => ({ wanted: table, found: actual.tables.get(table.name) }));
  const existing = pairs.flatMap(({ wanted, found }) => (found === undefined ? [] : [{ wanted, found }]));
  const bases = new Map([...actual.tables].flatMap(([name, { base }]) => (base === null ? [] : [[name, base]])));
  return [
    ...functionFindings(expected, actual),
    ...pairs.filter(({ found }) => found === undefined).map(({ wanted }) => tableFinding(wanted)),
    ...existing.flatMap(({ wanted, found }) => shapeFindings(wanted, found)),
    ...pairs.flatMap(({ wanted, found }) => indexFindings(wanted, found)),
    ...pairs.flatMap(({ wanted, found }) => constraintFindings(wanted, found, bases)),
    ...viewFindings(expected, actual),
    ...pairs.flatMap(({ wanted, found }) => triggerFindings(wanted, found)),
  ];
}

const missing = (place: string, what: string, sql: string): Finding => ({ place, what, isRefused: false, sql });
const refused = (place: string, what: string, sql: string): Finding => ({ place, what, isRefused: true, sql });

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
const full = (name: string) => `${homeOf(name)}.${quoted(name)}`;

/** The table behind the name, and what is the name of a column there. */
function target(table: Table): { table: string; base: Base | null; column(name: string): string } {
  const { base, name } = table;
  if (base === null) return { table: full(name), base, column: quoted };
  return { table: base.table, base, column: (shown) => quoted(base.columns.get(shown) ?? shown) };
}

function tableFinding({ name, columns, indexes }: Table): Finding {
  const key = indexes.find(({ isPrimary }) => isPrimary);
  const keys = key === undefined ? [] : [`CONSTRAINT ${quoted(key.name)} PRIMARY KEY ${columnsOf(key.keys)}`];
  const lines = [...columns.map(columnSql), ...keys].join(',\n  ');
  return missing(name, 'the table is missing', `CREATE TABLE ${full(name)} (\n  ${lines}\n);`);
}

function columnSql({ name, type, notNull, default: value }: Column): string {
  if (value?.startsWith('nextval(')) return `${quoted(name)} bigserial NOT NULL`;
  return `${quoted(name)} ${type}${notNull ? ' NOT NULL' : ''}${value === null ? '' : ` DEFAULT ${value}`}`;
}

/** `btree (team_id, name)` without a condition -> `(team_id, name)`. */
function columnsOf(keys: string): string {
  return /\(.*\)/.exec(keys)?.[0] ?? keys;
}

function functionFindings(expected: Description, actual: Description): Finding[] {
  return [...expected.functions].flatMap(([name, definition]) => {
    const found = actual.functions.get(name);
    const [wanted, place] = [onSearchPath(definition, searchPath), `${name}()`];
    const sql = `${wanted.replace(`FUNCTION ${name}(`, `FUNCTION ${full(name)}(`)};`;
    if (found === undefined) return [missing(place, 'the function is missing', sql)];
    if (bodyOf(found) === bodyOf(wanted)) return [];
    return [refused(place, 'another function has this name', `-- Rename your function ${place}.`)];
  });
}

function bodyOf(definition: string): string {
  return definition.slice(definition.indexOf(' AS $')).replaceAll(/\s+/g, ' ');
}

function viewFindings(expected: Description, actual: Description): Finding[] {
  return [...expected.views].flatMap(([name, text]) =>
    actual.views.has(name) ? [] : [missing(name, 'the view is missing', `CREATE VIEW ${full(name)} AS\n${text}`)],
  );
}

function shapeFindings(wanted: Table, found: Table): Finding[] {
  if (found.base !== null && found.base.table === '') {
    const what = 'is a view that PostgreSQL can’t update by itself';
    return [refused(wanted.name, what, `-- Make ${wanted.name} a view of one table, without joins and groups.`)];
  }
  return [
    ...wanted.columns.flatMap((column) => columnFindings(wanted, found, column)),
    ...strangerFindings(wanted, found),
    ...emailFindings(found),
  ];
}

function columnFindings(wanted: Table, found: Table, column: Column): Finding[] {
  const there = found.columns.find(({ name }) => name === column.name);
  const place = `${wanted.name}.${column.name}`;
  if (there === undefined) return [missingColumn(place, found, column)];
  if (!isSameType(column.type, there.type)) return [wrongType(place, found, { column, type: there.type })];
  const { table, column: nameOf } = target(found);
  const alter = (change: string) => `ALTER TABLE ${table} ALTER COLUMN ${nameOf(column.name)} ${change};`;
  const findings: Finding[] = [];
  if (found.base !== null && !there.isWritable && !keptByDefault.has(column.name)) {
    const sql = `-- Let the view ${found.name} show a plain column of ${table} as ${column.name}.`;
    findings.push(refused(place, 'the view’s column can’t be written, because it is an expression', sql));
  }
  if (column.notNull && !there.notNull) {
    const sql = `-- First give each row a value.\n${alter('SET NOT NULL')}`;
    findings.push(refused(place, 'allows NULL', sql));
  }
  if (mustTakeNull(column) && there.notNull && !mayBeRequired.has(place)) {
    findings.push(refused(place, 'does not allow NULL, which we write', alter('DROP NOT NULL')));
  }
  if (column.default !== null && there.default === null && !there.isGenerated) {
    findings.push(missing(place, 'has no default', alter(`SET DEFAULT ${column.default}`)));
  }
  return findings;
}

/** We never write these; the database gives their values. */
const keptByDefault = new Set(['id', 'created_at']);
/** We read these, and write no NULL into them. */
const mayBeRequired = new Set(['teams.stytch_organization_id', 'api_keys.owner_user_id']);

function mustTakeNull({ notNull, default: value }: Column): boolean {
  return !notNull && value === null;
}

/** Any length of text will do; a longer value than it takes fails alone. Any precision of time will do. */
function isSameType(wanted: string, there: string): boolean {
  const plain = there.replace(/\(\d+\)/, '').trim();
  if (wanted === 'text') return ['text', 'character varying', 'citext'].includes(plain);
  if (wanted === 'text[]') return ['text[]', 'character varying[]'].includes(plain);
  return plain === wanted.replace(/\(\d+\)/, '').trim();
}

function missingColumn(place: string, found: Table, column: Column): Finding {
  const { table } = target(found);
  const add = `ALTER TABLE ${table} ADD COLUMN ${columnSql(column)};`;
  if (found.base !== null) {
    const sql = `${add}\n-- Then show it: CREATE OR REPLACE VIEW ${full(found.name)} AS SELECT …, ${quoted(column.name)} FROM ${table};`;
    return refused(place, 'the view does not show the column', sql);
  }
  if (column.name === 'id') return refused(place, `there is no column id. ${uuidWay}`, wayToUuid(found.name, 'id'));
  if (!column.notNull || column.default !== null) return missing(place, 'the column is missing', add);
  return refused(place, 'the column is missing, and only you know its value in each row', add);
}

const uuidWay = 'Rows are referred to by a uuid that never changes';

function wrongType(place: string, found: Table, { column, type }: { column: Column; type: string }): Finding {
  const what = `is ${type}, not ${column.type}`;
  if (column.type !== 'uuid') {
    const sql = `-- Show a column of type ${column.type} as ${column.name}: rename the table, and make a view ${found.name}. See deploy/adopting.md.`;
    return refused(place, what, sql);
  }
  return refused(place, `${what}. ${uuidWay}`, wayToUuid(target(found).table, column.name));
}

/** A key of another type stays; a unique uuid stands beside it, and a view shows that one. */
function wayToUuid(table: string, column: string): string {
  return [
    `-- Keep your key. Put a uuid beside it, and let a view show it as ${column} (deploy/adopting.md has an example):`,
    `--   ALTER TABLE ${table} ADD COLUMN scim_${column} uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE;`,
  ].join('\n');
}

/** We insert into these tables, and give no value to columns that are not ours. */
const insertedInto = new Set(['users', 'roles', 'role_grants']);

function strangerFindings(wanted: Table, found: Table): Finding[] {
  if (!insertedInto.has(wanted.name)) return [];
  const { table } = target(found);
  const known = new Set(wanted.columns.map(({ name }) => name));
  const strangers = found.columns
    .filter(
      ({ name, notNull, default: value, isGenerated }) => !known.has(name) && notNull && value === null && !isGenerated,
    )
    .map(({ name }) => found.base?.columns.get(name) ?? name);
  return [...strangers, ...found.hiddenRequired].map((name) => {
    const sql = `ALTER TABLE ${table} ALTER COLUMN ${quoted(name)} SET DEFAULT …; -- or DROP NOT NULL`;
    return refused(
      `${found.base?.table ?? found.name}.${name}`,
      'needs a value that we don’t have, so no row can be inserted',
      sql,
    );
  });
}

/** Two users may swap their e-mails, and one person may be in two teams. */
function emailFindings(found: Table): Finding[] {
  if (found.name !== 'users') return [];
  return found.indexes
    .filter(({ isUnique, keys }) => isUnique && /\bemail\b/.test(columnsOf(keys)))
    .map(({ name }) => {
      const sql = `ALTER TABLE ${target(found).table} DROP CONSTRAINT IF EXISTS ${quoted(name)};\nDROP INDEX IF EXISTS ${quoted(name)};`;
      return refused(name, 'is unique by e-mail, but two users may swap their e-mails', sql);
    });
}

function indexFindings(wanted: Table, found: Table | undefined): Finding[] {
  if (found?.base?.table === '') return [];
  return wanted.indexes
    .filter((index) => (found === undefined ? !index.isPrimary : !found.indexes.some((one) => serves(one, index))))
    .filter(({ keys }) => found === undefined || canShow(found, wanted, keys))
    .map((index) => {
      const what = `the ${index.isUnique ? 'unique index' : 'index'} is missing`;
      const finding = missing(index.name, what, indexSql(index, found ?? wanted));
      const counterexamples = found && hasAll(found, wanted, index.keys) ? duplicates(index, found) : null;
      return counterexamples === null ? finding : { ...finding, counterexamples };
    });
}

/** Whether all columns that a definition of the contract names are there already. New ones contradict nothing. */
function hasAll(found: Table, wanted: Table, definition: string): boolean {
  const words = new Set(definition.match(/\b\w+\b/g));
  const there = new Set(found.columns.map(({ name }) => name));
  return wanted.columns.every(({ name }) => !words.has(name) || there.has(name));
}

function duplicates({ isUnique, keys }: Index, found: Table): string | null {
  const { table, base } = target(found);
  const there = base === null ? keys : renamed(keys, base.columns);
  const [, columns, condition = 'true'] = /\(([^()]+)\)(?: WHERE (.*))?$/.exec(there) ?? [];
  if (!isUnique || columns === undefined) return null;
  return `SELECT ${columns} FROM ${table} WHERE (${columns}) IS NOT NULL AND ${condition} GROUP BY ${columns} HAVING count(*) > 1`;
}

function violations(definition: string, found: Table): string | null {
  const { table } = target(found);
  const [, expression] = /^CHECK (\(.*\))/.exec(definition) ?? [];
  if (expression !== undefined) return `SELECT * FROM ${table} WHERE NOT ${expression}`;
  const [, column, other, key] = /^FOREIGN KEY \((\w+)\) REFERENCES ([\w."]+)\((\w+)\)/.exec(definition) ?? [];
  if (column === undefined) return null;
  return `SELECT * FROM ${table} t WHERE ${column} IS NOT NULL AND NOT EXISTS (SELECT FROM ${other} o WHERE o.${key} = t.${column})`;
}

/** Of a view: whether its base has all columns of the index. If not, the missing column is a finding already. */
function canShow({ base }: Table, wanted: Table, keys: string): boolean {
  const words = new Set(keys.match(/\b\w+\b/g));
  return base === null || wanted.columns.every(({ name }) => !words.has(name) || base.columns.has(name));
}

/** The order of columns does not matter for uniqueness, only for speed; a company's own unique key will do. */
function serves(one: Index, wanted: Index): boolean {
  if (one.keys === wanted.keys) return one.isUnique || !wanted.isUnique;
  return wanted.isUnique && one.isUnique && sorted(one) === sorted(wanted);
}

function sorted({ keys }: Index): string {
  return /WHERE/.test(keys)
    ? keys
    : [...(keys.match(/[^,()]+/g) ?? [])]
        .map((part) => part.trim())
        .sort()
        .join();
}

function indexSql({ name, isUnique, isPrimary, keys }: Index, table: Table): string {
  const { table: on, base } = target(table);
  const there = base === null ? keys : renamed(keys, base.columns);
  const isFirstKey = isPrimary && base === null && !table.indexes.some((one) => one.isPrimary);
  if (isFirstKey) return `ALTER TABLE ${on} ADD CONSTRAINT ${quoted(name)} PRIMARY KEY ${columnsOf(keys)};`;
  return `CREATE ${isUnique ? 'UNIQUE ' : ''}INDEX ${quoted(name)} ON ${on} USING ${there};`;
}

function constraintFindings(wanted: Table, found: Table | undefined, bases: ReadonlyMap<string, Base>): Finding[] {
  if (found?.base?.table === '') return [];
  return wanted.constraints.flatMap((one) => {
    const definition = onBases(one, bases);
    if (definition === null || found?.constraints.some((there) => agrees(there, { ...one, definition }))) return [];
    const { table, base } = target(found ?? wanted);
    const there = base === null ? definition : renamedHere(definition, base.columns);
    const sql = `ALTER TABLE ${table} ADD CONSTRAINT ${quoted(one.name)} ${there};`;
    const finding = missing(one.name, `the ${one.isForeignKey ? 'foreign key' : 'check'} is missing`, sql);
    const counterexamples = found && hasAll(found, wanted, ownPart(one.definition)) ? violations(there, found) : null;
    return [counterexamples === null ? finding : { ...finding, counterexamples }];
  });
}

/** Of a foreign key, the part about this table. */
function ownPart(definition: string): string {
  return definition.split(' REFERENCES ')[0] ?? definition;
}

/** What happens to the row when the other one goes is the company's choice. */
function agrees(there: Constraint, wanted: Constraint): boolean {
  const plain = ({ definition }: Constraint) =>
    definition.replace(/ (ON|DEFERRABLE|NOT VALID).*$/, '').replace(/ public\./, ' ');
  return plain(there) === plain(wanted);
}

/** A foreign key to a view refers to the table behind it. Null: that table has no such key. */
function onBases({ isForeignKey, definition }: Constraint, bases: ReadonlyMap<string, Base>): string | null {
  const [, table = '', columns = ''] = /REFERENCES (\w+)\(([^)]*)\)/.exec(definition) ?? [];
  const base = isForeignKey ? bases.get(table) : undefined;
  if (base === undefined) return definition;
  if (columns.includes(',') || base.table === '') return null;
  return definition.replace(
    `REFERENCES ${table}(${columns})`,
    `REFERENCES ${base.table}(${base.columns.get(columns) ?? columns})`,
  );
}

/** A trigger needs a table. */
function triggerFindings(wanted: Table, found: Table | undefined): Finding[] {
  return wanted.triggers
    .filter(({ name }) => !found?.triggers.some((one) => one.name === name))
    .map(({ name, definition }) => {
      const sql = `${definition.replace(/ ON \S+/, ` ON ${full(wanted.name)}`)};`;
      if (found === undefined || found.base === null) return missing(name, 'the trigger is missing', sql);
      const what = `a trigger notices changes, so ${wanted.name} has to be a table, not a view`;
      return refused(
        name,
        what,
        `-- ALTER TABLE ${found.base.table} RENAME TO ${wanted.name}, and make a view of the old name.`,
      );
    });
}
