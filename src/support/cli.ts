import { loadDotEnv } from '../lifecycle.js';
import { runCommand } from './commands/run-command.js';

/** `npm run support -- <verb>`: one process for one verb; what it says to programs is its exit code. */
if (require.main === module) {
  const terminal = {
    environment: () => {
      loadDotEnv();
      return process.env;
    },
    width: process.stdout.columns ?? 160,
    out: (text: string) => void process.stdout.write(text),
    err: (text: string) => void process.stderr.write(text),
  };
  void runCommand(process.argv.slice(2), terminal).then((code) => process.exit(code));
}
