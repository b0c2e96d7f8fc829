import type { Figure } from './measure.js';

type Point = { label: string; value: number };
type Panel = { title: string; unit: string; points: Point[] };

const [width, height, gap] = [300, 180, 24];

/** How cost grows, as one SVG: bars over workers, teams and members. */
export function plot(figures: readonly Figure[]): string {
  const panels = panelsOf(figures);
  const drawn = panels.map((panel, n) => `<g transform="translate(${n * (width + gap)} 0)">${draw(panel)}</g>`);
  const whole = panels.length * (width + gap) - gap;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${whole} ${height}" font-family="system-ui, sans-serif" font-size="12" role="img">
<title>${panels.map(({ title, points, unit }) => `${title}: ${points.map((one) => `${one.label} ${inFigures(one.value)} ${unit}`).join(', ')}`).join('. ')}</title>
<rect width="${whole}" height="${height}" fill="#fff"/>
${drawn.join('\n')}
</svg>
`;
}

function panelsOf(figures: readonly Figure[]): Panel[] {
  const find = (scenario: string, what: string, unit: string) =>
    figures.find((one) => one.scenario === scenario && one.what === what && one.unit === unit)?.value ?? 0;
  const rate = (label: string, what: string) => ({ label, value: find('growth', what, 'events/s') });
  const sweep = (members: number) => ({
    label: members.toLocaleString('en-US'),
    value: (find('sweep', `${members} members`, 's') / members) * 1000,
  });
  return [
    {
      title: 'by workers, on two cores',
      unit: 'events/s',
      points: [rate('1', '1 worker, 10 teams'), rate('2', '2 workers, 10 teams'), rate('3', '3 workers, 10 teams')],
    },
    {
      title: 'by teams',
      unit: 'events/s',
      points: [
        rate('10', '1 worker, 10 teams'),
        rate('100', '1 worker, 100 teams'),
        rate('1,000', '1 worker, 1000 teams'),
      ],
    },
    {
      title: 'a sweep, by members of the team',
      unit: 'ms a member',
      points: [sweep(1_000), sweep(10_000), sweep(100_000)],
    },
  ];
}

function draw({ title, unit, points }: Panel): string {
  const most = Math.max(...points.map(({ value }) => value), Number.MIN_VALUE);
  const [top, bottom, step] = [48, height - 30, width / points.length];
  const bars = points.map(({ label, value }, n) => {
    const barHeight = ((bottom - top) * value) / most;
    const x = n * step + step / 2;
    const bar = `<rect x="${x - 26}" y="${(bottom - barHeight).toFixed(1)}" width="52" height="${barHeight.toFixed(1)}" fill="#3b6ea5"/>`;
    const said = `<text x="${x}" y="${(bottom - barHeight - 6).toFixed(1)}" text-anchor="middle">${inFigures(value)}</text>`;
    return `${bar}${said}<text x="${x}" y="${bottom + 18}" text-anchor="middle">${label}</text>`;
  });
  const heading = `<text x="${width / 2}" y="20" text-anchor="middle" font-weight="600">${unit} ${title}</text>`;
  return `${heading}${bars.join('')}<line x1="8" y1="${bottom}" x2="${width - 8}" y2="${bottom}" stroke="#444"/>`;
}

function inFigures(value: number): string {
  return value < 10 ? value.toFixed(2) : Math.round(value).toLocaleString('en-US');
}
