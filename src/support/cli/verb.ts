import type { Config } from '../../config/config.js';
import type { Act, ReasonedAct } from '../../database/audit.js';
import type { SupportParts } from '../parts.js';
import type { Pieces } from './pieces.js';

/** One verb of the command line: its name, its help, and what it does. */
export type Verb = {
  name: string;
  /** After the name: `<job...> | --failed [filters]`. */
  usage: string;
  /** One line, in the list of all verbs. */
  summary: string;
  /** The rest of `<verb> --help`: meaning, options, examples. */
  help: string;
  /** Of `parseArgs`, beside those that all verbs have. */
  options?: Record<string, { type: 'string' | 'boolean' }>;
  /** Takes --reason and --actor, and is in the audit log. */
  isAct?: boolean;
  /** Words without a `--`. None by default. */
  words?: { min: number; max: number };
  /** The answer without configuration, database or queue. Null if the verb needs them. */
  offline?(input: Pick<VerbInput, 'words' | 'option' | 'flag'>): Promise<VerbAnswer> | null;
  run(input: VerbInput): Promise<VerbAnswer | WrittenAnswer>;
};

export const oneWord = { min: 1, max: 1 };

export type VerbInput = {
  parts: SupportParts;
  config: Config;
  words: string[];
  option(name: string): string | undefined;
  flag(name: string): boolean;
  /** Who acts, and why. @throws RequestProblem when one is missing */
  act(): ReasonedAct;
  /** Who reads the data of people. */
  reader: Act;
  /** A long answer is written for programs or for people, not for both. */
  asJson: boolean;
  /** Of the terminal, in characters. Infinite in a pipe, where nothing is wrapped. */
  width: number;
  /** A line on standard error. It is never part of the answer. */
  progress(line: string): void;
};

/** 3: nothing matched, or a part was skipped. 130: Ctrl-C. */
export type Exit = 0 | 1 | 3 | 130;

/** The same answer for programs and for people. */
export type VerbAnswer = { json: unknown; text: string; exit?: Exit };

/** An answer that may be too long for the memory. `exit` is called when it is written. */
export type WrittenAnswer = { pieces: Pieces; exit(): Exit };
