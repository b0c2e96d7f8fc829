import { agoText, timeText } from '../../text/time.js';

/** A relative time. The exact time is in the element, and shows on hover. */
export function When({ at, now = new Date() }: { at: string; now?: Date }) {
  return (
    <time dateTime={at} title={`${timeText(at)} UTC`}>
      {agoText(at, now)}
    </time>
  );
}

/** An exact time. The page's script shows it in the local zone. Without scripts it is UTC. */
export function Time({ at }: { at: string }) {
  return (
    <time dateTime={at} data-exact>
      {timeText(at)} UTC
    </time>
  );
}
