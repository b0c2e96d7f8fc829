import { RequestProblem } from '../errors/request-problem.js';

const unitsMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/**
 * Parses a point in time: `2026-11-23`, `2026-11-23T09:30:00Z`, or how long ago: `90m`, `2h`, `3d`. Without a zone it is UTC,
 * like all times that we show.
 * @throws RequestProblem
 */
export function timeOf(text: string, option: string, now: Date): Date {
  const ago = /^(\d{1,6})([smhdw])$/.exec(text);
  if (ago) return new Date(now.getTime() - Number(ago[1]) * unitsMs[ago[2] as keyof typeof unitsMs]);
  const match = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?$/.exec(text);
  const iso = match && text.length > 10 && match[1] === undefined ? `${text}Z` : text;
  const time = new Date(iso.replace(' ', 'T'));
  if (match && !Number.isNaN(time.getTime())) return time;
  throw new RequestProblem(
    'usage',
    `${option} ${text} is not a time. Write 2026-11-23, 2026-11-23T09:30:00Z, 90m, 2h or 3d.`,
  );
}

/** A length of time: `0.84 s`, `12 s`, `3 min`, `3 h`, `2 d`. */
export function durationText(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(2)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}

/** A point in time in UTC, to the second: `2026-11-23 09:30:00`. */
export function timeText(time: Date | string | null): string {
  return time === null ? '—' : new Date(time).toISOString().slice(0, 19).replace('T', ' ');
}

/** `just now`, `40 seconds ago`, `3 hours ago`. @param at ISO 8601 */
export function agoText(at: string, now: Date): string {
  const seconds = Math.round((now.getTime() - Date.parse(at)) / 1000);
  if (seconds < 5) return 'just now';
  if (seconds < 90) return `${seconds} seconds ago`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} minutes ago`;
  if (seconds < 36 * 3600) return `${Math.round(seconds / 3600)} hours ago`;
  return `${Math.round(seconds / 86_400)} days ago`;
}
