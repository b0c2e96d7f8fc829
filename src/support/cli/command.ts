import type { Config } from '../../config/config.js';
import type { SupportParts } from '../parts.js';
import type { Pieces } from './pieces.js';

/** One verb of the command line: what it is called, how it explains itself, and what it does. */
export type Command = {
  name: string;
  /** After the name: `<job...> | --failed [filters]`. */
  usage: string;
  /** One line, in the list of all verbs. */
  summary: string;
  /** What `<verb> --help` teaches: meaning, options, examples. */
  help: string;
  /** Of `parseArgs`; those that every verb has are added. */
  options?: Record<string, { type: 'string' | 'boolean' }>;
  /** An act takes --reason and --actor, and is in the audit log. */
  isAct?: boolean;
  positionals?: { min: number; max: number };
  run(input: CommandInput): Promise<CommandAnswer | WrittenAnswer>;
};

export type CommandInput = {
  parts: SupportParts;
  config: Config;
  positionals: string[];
  option(name: string): string | undefined;
  flag(name: string): boolean;
  /** Programs read the answer: what is long is written for them, or for people, and not for both. */
  asJson: boolean;
  /** Who types. */
  actor: string | undefined;
  /** Of the terminal, in characters. */
  width: number;
  now: Date;
  /** For what is said while the work goes on; never part of the answer. */
  progress(line: string): void;
};

/** The same answer for programs and for people; exit code 3 when nothing matched, or a part was skipped. */
export type CommandAnswer = { json: unknown; text: string; exit?: 0 | 1 | 3 };

/** One that may be too long to be held whole. `exit` is asked when it is written. */
export type WrittenAnswer = { pieces: Pieces; exit(): 0 | 1 | 3 };
