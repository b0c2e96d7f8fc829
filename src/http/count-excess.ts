/** Counts events that are too many to report one by one. Calls `report` once a window with their number. */
export function countExcess(report: (count: number) => void, windowMs: number): () => void {
  let count = 0;
  return () => {
    if (count++ > 0) return;
    setTimeout(() => {
      report(count);
      count = 0;
    }, windowMs).unref();
  };
}
