/** Stytch's two spellings of a time: whole seconds in objects, microseconds in events. */
export function seconds(at: Date = new Date()): string {
  return `${at.toISOString().slice(0, 19)}Z`;
}

/** Never gives the same microsecond twice, so that the order of events shows in their timestamps. */
export function createMicroseconds(): (skewMs: number) => string {
  let last = 0;
  return (skewMs) => {
    last = Math.max(Date.now() * 1000, last + 1);
    const shown = last + skewMs * 1000;
    const fraction = String(shown % 1_000_000).padStart(6, '0');
    return `${new Date(Math.floor(shown / 1000)).toISOString().slice(0, 19)}.${fraction}Z`;
  };
}
