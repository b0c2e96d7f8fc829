/** Scanner's own tables, which others read and write too. All other tables of the migrations are ours. */
export const scannerTables = ['teams', 'users', 'roles', 'role_grants', 'api_keys'] as const;

/** Where Scanner's tables are. Prisma puts the name into its statements, so it can't be another one. */
export const scannerSchema = 'public';
/** Where our own tables are. */
export const ownSchema: string = 'public';
/** Where our bookkeeping of migrations is, apart from that of a company that uses Prisma itself. */
export const bookkeepingSchema = 'scim';

/** The schema of a table, a view or a function of the contract. */
export function homeOf(name: string): string {
  return (scannerTables as readonly string[]).includes(name) ? scannerSchema : ownSchema;
}

/** The order in which unqualified names are looked up. Ours first, because other programs have an `audit_log`, too. */
export const searchPath = [...new Set([ownSchema, scannerSchema])].join(', ');
