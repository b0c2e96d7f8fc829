import { agoText, timeText } from '../../text/time.js';

/** A relative time. The exact time is in the element, and shows on hover. */
export function When({ at, now = new Date() }: { at: string; now?: Date }) {
  return (
    <time dateTime={at} title={`${timeText(at)} UTC`}>
      {agoText(at, now)}
    </time>
  );
}
