/** Counts what is too much to be told one by one: `tell` hears once in a window how many there were. */
export function countExcess(tell: (count: number) => void, windowMs: number): () => void {
  let count = 0;
  return () => {
    if (count++ > 0) return;
    setTimeout(() => {
      tell(count);
      count = 0;
    }, windowMs).unref();
  };
}
