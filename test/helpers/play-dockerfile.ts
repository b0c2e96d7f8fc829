import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { checkoutFiles } from './checkout.js';

/** What an image holds and starts, and the folder where its file system begins. */
export type PlayedImage = {
  root: string;
  workdir: string;
  env: Record<string, string>;
  /** Known to its RUN instructions only. */
  args: Record<string, string>;
  user: number;
  command: string[];
  healthcheck: string[];
};

type Instruction = { keyword: string; words: string };

/**
 * Does in folders what a Dockerfile says, with this machine's Node: for tests where no engine runs. The folders lie outside
 * the checkout, so that Node can't find there what an image lacks. What it doesn't know it refuses.
 */
export function playDockerfile(path: string, buildArgs: Record<string, string> = {}): PlayedImage {
  const place = mkdtempSync(join(tmpdir(), 'scanner-scim-image-'));
  chmodSync(place, 0o755); // for the image's user
  const stages: PlayedImage[] = [];
  for (const instruction of instructionsOf(readFileSync(path, 'utf8'))) {
    if (instruction.keyword === 'FROM') stages.push(emptyImage(stageFolder(place, stages.length, instruction.words)));
    else play(instruction, stages.at(-1) ?? emptyImage(place), { place, buildArgs });
  }
  const last = stages.at(-1);
  if (last === undefined) throw new Error(`${path} has no FROM.`);
  return last;
}

/** https://docs.docker.com/reference/dockerfile/, written as everybody writes them, but for MAINTAINER, which is deprecated. */
const keywords = [
  ...[
    'FROM',
    'ARG',
    'ENV',
    'LABEL',
    'WORKDIR',
    'COPY',
    'ADD',
    'RUN',
    'SHELL',
    'USER',
    'VOLUME',
    'EXPOSE',
    'STOPSIGNAL',
  ],
  ...['HEALTHCHECK', 'ENTRYPOINT', 'CMD', 'ONBUILD'],
];

/** Instructions without comments, each on one line. @throws about a line that is none */
export function instructionsOf(dockerfile: string): Instruction[] {
  const lines = dockerfile
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n\s*/g, ' ')
    .split('\n');
  return lines
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, keyword = '', words = ''] = /^(\S+)\s+(.+)$/.exec(line) ?? [];
      if (!keywords.includes(keyword)) throw new Error(`The Dockerfile has a line that is no instruction: ${line}`);
      return { keyword, words: words.trim() };
    });
}

function stageFolder(place: string, index: number, words: string): string {
  const name = / AS (\S+)$/.exec(words)?.[1] ?? String(index);
  const folder = join(place, name);
  mkdirSync(folder, { mode: 0o755 });
  return folder;
}

function emptyImage(root: string): PlayedImage {
  return { root, workdir: root, env: {}, args: {}, user: 0, command: [], healthcheck: [] };
}

type Build = { place: string; buildArgs: Record<string, string> };

function play({ keyword, words }: Instruction, image: PlayedImage, { place, buildArgs }: Build): void {
  const steps: Record<string, () => void> = {
    WORKDIR: () => {
      image.workdir = join(image.root, words);
      mkdirSync(image.workdir, { recursive: true });
    },
    ENV: () => {
      for (const [, name, value] of words.matchAll(/(\w+)=(\S+)/g)) image.env[String(name)] = String(value);
    },
    COPY: () => copy(words.split(/\s+/), image, place),
    ARG: () => {
      image.args = { ...image.args, [words]: buildArgs[words] ?? '' };
    },
    RUN: () => run(words, image),
    USER: () => {
      image.user = Number(words.split(':')[0]);
    },
    CMD: () => {
      image.command = JSON.parse(words);
    },
    HEALTHCHECK: () => {
      image.healthcheck = JSON.parse(words.slice(words.indexOf('CMD') + 3));
    },
    EXPOSE: () => {},
    STOPSIGNAL: () => {},
  };
  const step = steps[keyword];
  if (step === undefined) throw new Error(`The Dockerfile says ${keyword}, which playDockerfile doesn't know.`);
  step();
}

/** From the checkout, or out of an earlier stage, which nobody needs any more. */
function copy(words: string[], { workdir }: PlayedImage, place: string): void {
  const from = words.find((word) => word.startsWith('--from='));
  const sources = words.filter((word) => word !== from);
  const target = String(sources.pop());
  for (const source of sources) {
    const into = join(workdir, target, target.endsWith('/') ? basename(source) : '');
    mkdirSync(dirname(into), { recursive: true });
    if (from) renameSync(join(place, from.slice('--from='.length), source), into);
    else for (const file of filesUnder(source)) cpSync(file, join(into, file.slice(source.length)));
  }
}

function filesUnder(source: string): string[] {
  const files = checkoutFiles().filter((file) => file === source || file.startsWith(`${source}/`));
  if (files.length === 0) throw new Error(`The Dockerfile copies ${source}, which the checkout does not have.`);
  return files;
}

/**
 * For `npm ci`: what npm ci has put into this checkout by the same lock, linked instead of fetched once more, which would
 * take half a minute. The one file that npm itself writes to is a copy.
 */
const linkInstalled = `cp -al '${resolve('node_modules')}' . 2>/dev/null || cp -a '${resolve('node_modules')}' .
  rm node_modules/.package-lock.json && cp -p '${resolve('node_modules/.package-lock.json')}' node_modules/`;

function run(command: string, { workdir, env, args }: PlayedImage): void {
  const { PATH, HOME } = process.env;
  const given = { PATH, HOME, npm_config_prefer_offline: 'true', ...env, ...args };
  const played = command.startsWith('npm ci ') ? linkInstalled : command;
  const { status, stdout, stderr } = spawnSync('sh', ['-c', played], { cwd: resolve(workdir), env: given });
  if (status !== 0) throw new Error(`"${command}" ended with ${status}: ${stdout}${stderr}`);
}
