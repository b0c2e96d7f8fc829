import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { migrate } from '../../src/database/migrations.js';
import { eventually } from '../helpers/eventually.js';
import { temporaryFolder } from '../helpers/folders.js';
import { backends } from '../helpers/queue.js';
import { burst, morning } from './changes.js';
import { inMidBurst, many } from './mid-burst.js';
import { patienceMs } from './patience.js';
import { fault } from './record.js';

describe.each(backends)('with the queue on %s', (backend) => {
  fault(
    `PostgreSQL restarted in mid-burst (${backend})`,
    'what was under way is done again',
    async (lab) => {
      lab.act(() => burst(lab));
      await inMidBurst(lab);
      await lab.postgres.stop('immediate');
      await lab.postgres.start();
      await lab.settled();
    },
    many(backend),
  );
});

fault('PostgreSQL away for 30 s', 'everybody is right soon after', async (lab) => {
  await lab.postgres.stop('immediate');
  lab.act(() => morning(lab));
  await eventually(() => lab.sinceAct() > 30, patienceMs);
  await lab.postgres.start();
  await lab.settled();
});

fault('every connection to PostgreSQL falls silent', 'each is given up and made anew', async (lab) => {
  lab.act(() => morning(lab));
  lab.wires.postgres.silence();
  await lab.settled();
});

fault(
  'a migration while workers work',
  'nobody is wrong before, during or after it',
  async (lab) => {
    const folder = temporaryFolder('migration');
    cpSync(resolve('prisma/migrations'), folder, { recursive: true });
    mkdirSync(join(folder, '99990101000000_next'));
    writeFileSync(
      join(folder, '99990101000000_next/migration.sql'),
      'ALTER TABLE users ADD COLUMN nickname text; UPDATE users SET nickname = name; CREATE INDEX ON users (nickname);',
    );
    lab.act(() => burst(lab));
    await migrate(lab.postgres.url('scanner'), folder);
    await lab.settled();
  },
  many(),
);
