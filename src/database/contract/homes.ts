/** Scanner's own tables, which others read and write too. All other tables of the migrations are ours. */
export const scannerTables = ['teams', 'users', 'roles', 'role_grants', 'api_keys'] as const;

/** Where Scanner's tables are. Prisma puts the name into its statements, so it can't be another one. */
export const scannerSchema = 'public';
/** Where our own tables are, and our bookkeeping of migrations, apart from that of a company that uses Prisma itself. */
export const ownSchema = 'scim';

/** The schema of a table, a view or a function of the contract. */
export function homeOf(name: string): string {
  return (scannerTables as readonly string[]).includes(name) ? scannerSchema : ownSchema;
}

/** The order in which unqualified names are looked up. Ours first, because other programs have an `audit_log`, too. */
export const searchPath = `${ownSchema}, ${scannerSchema}`;

/** Moves our tables here. This migration and those before it run in the schema of Scanner's tables, later ones in ours. */
const move = '20261128010001_own_schema';

/** The search path of a migration. The first schema is the one in which it makes tables. @param all the names of all migrations */
export function searchPathOf(migration: string, all: readonly string[]): string {
  return all.includes(move) && migration > move ? searchPath : scannerSchema;
}
