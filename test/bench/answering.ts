/** Makes this process answer the bench's commands. */
export function answer(commands: Record<string, (argument: never) => unknown>): void {
  process.on('message', async ({ id, command, argument }: { id: number; command: string; argument: never }) => {
    try {
      process.send?.({ id, value: await commands[command]?.(argument) });
    } catch (error) {
      process.send?.({ id, error: String(error) });
    }
  });
  process.on('disconnect', () => process.exit(0));
  process.on('SIGINT', () => {}); // the bench stops us
}
