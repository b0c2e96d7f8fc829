import { timeText } from '../../text/time.js';

/** A relative time. The exact time is in the element, and shows on hover. */
export function When({ at, now }: { at: string; now: Date }) {
  return (
    <time dateTime={at} title={`${timeText(at)} UTC`}>
      {ago(at, now)}
    </time>
  );
}

function ago(at: string, now: Date): string {
  const seconds = Math.round((now.getTime() - Date.parse(at)) / 1000);
  if (seconds < 5) return 'just now';
  if (seconds < 90) return `${seconds} seconds ago`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} minutes ago`;
  if (seconds < 36 * 3600) return `${Math.round(seconds / 3600)} hours ago`;
  return `${Math.round(seconds / 86_400)} days ago`;
}
