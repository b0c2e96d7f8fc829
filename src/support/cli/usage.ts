import type { Command } from './command.js';

/** `--help`: what there is, and where to begin. */
export function overview(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  return `Scanner SCIM, support: find out why, put it right, leave a trail.

  npm run support -- <verb> [options]

${lines.join('\n')}

Begin with why: it ends in what is wrong and the command that cures it.
  "Alice left on Monday and can still search"   why alice@customer.example
  "our analysts lost their role"                why <one of them>, then failed --team <team>
Then look before you leap (--dry-run), and act (--reason "ticket …").

Every verb has --json, and --help with more; --version tells what runs. Acts need --reason; your name is the operating system's, or --actor.
Exit code: 0 done; 1 failed; 2 the command is wrong; 3 nothing matched, or a part was skipped. Errors with --json are
{"error":{"code","message"}} on standard output.`;
}

/** `<verb> --help`. */
export function usageOf({ name, usage, summary, help, isAct }: Command): string {
  const actor = isAct ? '\n  --actor <name>   who you are, if not the name you are logged in with' : '';
  return `npm run support -- ${name}${usage === '' ? '' : ` ${usage}`}

${summary}

${help}

  --json           the answer for programs${actor}`;
}
