// Completes dist/, which tsc has just written, with what production needs beside it: the last step of `npm run build`.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';

const copy = (from, to) => cpSync(from, to, { recursive: true });

copy('src/http/assets', 'dist/src/http/assets');
copy('node_modules/@picocss/pico/css/pico.min.css', 'dist/src/http/assets/pico.min.css');

// The font, upright, in one file for each script. Its licence (OFL 1.1) asks to be shipped with it.
const font = 'node_modules/@fontsource-variable/inter';
for (const name of ['index.css', 'LICENSE', ...readdirSync(`${font}/files`).filter((one) => one.endsWith('-wght-normal.woff2')).map((one) => `files/${one}`)]) {
  copy(`${font}/${name}`, `dist/src/http/assets/inter/${name}`);
}

// Of the 72 MB of Prisma's client, 69 are compilers for other databases. What ours loads goes along, where Node finds it.
const prisma = ['package.json', 'LICENSE', 'runtime/client.js'];
const compiler = ['runtime/query_compiler_small_bg.postgresql.js', 'runtime/query_compiler_small_bg.postgresql.wasm-base64.js'];
for (const file of [...prisma, ...compiler]) {
  copy(`node_modules/@prisma/client/${file}`, `dist/node_modules/@prisma/client/${file}`);
}

/** What dist/ is made of: a note that lies beside it makes no other build. */
const sources = ['src', 'workers', 'prisma', 'package.json', 'package-lock.json', 'tsconfig.json', 'deploy/complete-build.mjs'];
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
writeFileSync('dist/build.json', JSON.stringify({ version, commit: process.env.COMMIT || commitOfCheckout() }));

/** Null outside of a checkout. With `.dirty` when the sources are not quite those of the commit. */
function commitOfCheckout() {
  if (!existsSync('.git')) return null;
  const git = (...words) => spawnSync('git', words, { encoding: 'utf8' });
  const { status, stdout } = git('rev-parse', '--short=12', 'HEAD');
  const isDirty = git('status', '--porcelain', '--', ...sources).stdout !== '';
  return status === 0 ? `${stdout.trim()}${isDirty ? '.dirty' : ''}` : null;
}
