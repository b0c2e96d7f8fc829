import { defineConfig } from 'prisma/config';

/** For Prisma's own commands (`npx prisma migrate dev --config prisma/prisma.config.ts`); our processes don't read it. */
export default defineConfig({
  schema: './schema.prisma',
  migrations: { path: './migrations' },
  datasource: { url: process.env.DATABASE_URL ?? '' },
});
