import { pluralize } from '../../text/pluralize.js';
import { durationText } from '../../text/time.js';
import type { Health } from './health.js';

const [width, height, barWidth] = [480, 96, 14];

/** The shortest lag that has a bar. The scale is logarithmic, so a usual second and the promised minutes fit on it together. */
const shortestSeconds = 0.1;

/** The lag of the last day by hour. The light bar is the 99th percentile, the dark one the median, the line the promise. */
export function LagChart({ hours, slaSeconds }: Pick<Health, 'hours' | 'slaSeconds'>) {
  const top = Math.max(2 * slaSeconds, ...hours.map(({ p99Seconds }) => p99Seconds ?? 0));
  const step = width / hours.length;
  const share = (seconds: number) => Math.log(seconds / shortestSeconds) / Math.log(top / shortestSeconds);
  const tall = (seconds: number | null) => (seconds === null ? 0 : Math.max(3, share(seconds) * (height - 4)));
  const promise = height - tall(slaSeconds);
  return (
    <figure class="chart">
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={inWords(hours, slaSeconds)}>
        <line x1="0" x2={width} y1={height} y2={height} class="axis" />
        {hours.map(({ from, p50Seconds, p99Seconds }, i) => {
          const at = { x: i * step + (step - barWidth) / 2, width: barWidth, rx: 2 };
          const lateIf = (seconds: number | null) => ((seconds ?? 0) > slaSeconds ? ' late' : '');
          return (
            <g key={from}>
              <rect
                class={`p99${lateIf(p99Seconds)}`}
                y={height - tall(p99Seconds)}
                height={tall(p99Seconds)}
                {...at}
              />
              <rect
                class={`p50${lateIf(p50Seconds)}`}
                y={height - tall(p50Seconds)}
                height={tall(p50Seconds)}
                {...at}
              />
            </g>
          );
        })}
        <line x1="0" x2={width} y1={promise} y2={promise} class="promise" />
      </svg>
      <figcaption class="quiet">
        <span>24 hours ago</span>
        <span>line: {promiseText(slaSeconds)}, the promise</span>
        <span>now</span>
      </figcaption>
    </figure>
  );
}

function promiseText(seconds: number): string {
  return seconds % 60 === 0 ? pluralize(seconds / 60, 'minute') : pluralize(seconds, 'second');
}

function inWords(hours: Health['hours'], slaSeconds: number): string {
  const busy = hours.filter(({ p99Seconds }) => p99Seconds !== null);
  if (busy.length === 0) return 'Lag by hour: no changes in the last 24 hours';
  const parts = busy.map(
    ({ from, changes, p50Seconds, p99Seconds }) =>
      `${from.slice(11, 16)} UTC ${pluralize(changes, 'change')}, half within ${durationText(p50Seconds ?? 0)}, 99 % within ${durationText(p99Seconds ?? 0)}`,
  );
  return `Lag by hour, with a line at ${promiseText(slaSeconds)}: ${parts.join('; ')}`;
}
