import { pluralize } from '../../text/pluralize.js';
import { durationText } from '../../text/time.js';
import type { Health } from './health.js';

const [width, height, barWidth] = [480, 96, 14];

/** The lag of the last day by hour. The light bar is the 99th percentile, the dark one the median. */
export function LagChart({ hours }: { hours: Health['hours'] }) {
  const top = Math.max(1, ...hours.map(({ p99Seconds }) => p99Seconds ?? 0));
  const step = width / hours.length;
  const tall = (seconds: number | null) => (seconds === null ? 0 : Math.max(2, (seconds / top) * (height - 4)));
  return (
    <figure class="chart">
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={inWords(hours)}>
        <line x1="0" x2={width} y1={height} y2={height} class="axis" />
        {hours.map(({ from, p50Seconds, p99Seconds }, i) => (
          <g key={from}>
            <rect
              class="p99"
              x={i * step + (step - barWidth) / 2}
              width={barWidth}
              y={height - tall(p99Seconds)}
              height={tall(p99Seconds)}
              rx="2"
            />
            <rect
              class="p50"
              x={i * step + (step - barWidth) / 2}
              width={barWidth}
              y={height - tall(p50Seconds)}
              height={tall(p50Seconds)}
              rx="2"
            />
          </g>
        ))}
      </svg>
      <figcaption class="quiet">
        <span>24 hours ago</span>
        <span>top: {durationText(top)}</span>
        <span>now</span>
      </figcaption>
    </figure>
  );
}

function inWords(hours: Health['hours']): string {
  const busy = hours.filter(({ changes }) => changes > 0);
  if (busy.length === 0) return 'Lag by hour: no changes in the last 24 hours';
  const parts = busy.map(
    ({ from, changes, p50Seconds, p99Seconds }) =>
      `${from.slice(11, 16)} UTC ${pluralize(changes, 'change')}, p50 ${durationText(p50Seconds ?? 0)}, p99 ${durationText(p99Seconds ?? 0)}`,
  );
  return `Lag by hour: ${parts.join('; ')}`;
}
