/** Runs a task once in a later turn, however often it is asked for until then. */
export function soon(task: () => void): () => void {
  let isPending = false;
  return () => {
    if (isPending) return;
    isPending = true;
    setImmediate(() => {
      isPending = false;
      task();
    });
  };
}
