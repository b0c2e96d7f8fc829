import type { Part, Value } from '../connection/guides/guide.js';

/** Sizes in units of the drawing, which scales to its column. */
const width = 340;
const headHeight = 30;
const rowHeight = 50;
const footHeight = 42;
/** Longer texts end in `…`: they must fit in a field of the drawing. */
const shownMax = 44;

/** A small drawing of the provider's form, so that the admin recognizes it. Our own, not a screenshot. */
export function FormPicture({ part }: { part: Part }) {
  const { form, steps } = part;
  if (form === undefined) return null;
  const values = steps.flatMap((step) => step.values ?? []);
  const height = headHeight + values.length * rowHeight + footHeight + 8;
  const labels = values.map(({ label }) => label).join(', ');
  return (
    <figure class="picture">
      <svg
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`Drawing of the form ${form.title}${labels && `, with the fields ${labels}`}`}
      >
        <rect class="sheet" x="1" y="1" width={width - 2} height={height - 2} rx="8" />
        <text class="head" x="16" y="21">
          {form.title}
        </text>
        <line class="rule" x1="1" y1={headHeight} x2={width - 1} y2={headHeight} />
        {values.map((value, i) => (
          <Field key={value.label} value={value} y={headHeight + 8 + i * rowHeight} />
        ))}
        <Button label={form.button} y={height - footHeight + 2} />
      </svg>
      <figcaption class="quiet">A drawing. Your console may look a little different.</figcaption>
    </figure>
  );
}

function Field({ value, y }: { value: Value; y: number }) {
  const isChosen = value.is === 'fixed' && value.action === 'choose';
  return (
    <>
      <text class="label" x="16" y={y + 11}>
        {cut(value.label)}
      </text>
      <rect class="field" x="16" y={y + 17} width={width - 32} height="23" rx="4" />
      <text class="value" x="24" y={y + 33}>
        {mockOf(value)}
      </text>
      {isChosen && <path class="arrow" d={`M${width - 34} ${y + 26} l5 6 l5 -6 z`} />}
    </>
  );
}

function Button({ label, y }: { label: string; y: number }) {
  const wide = label.length * 6.6 + 24;
  return (
    <>
      <rect class="submit" x="16" y={y} width={wide} height="26" rx="5" />
      <text class="on-button" x={16 + wide / 2} y={y + 17.5} text-anchor="middle">
        {label}
      </text>
    </>
  );
}

function mockOf(value: Value): string {
  if (value.is === 'base_url') return 'https:// … /scim/v2/ …';
  if (value.is === 'token') return `${value.prefix}••••••••••••`;
  return cut(value.value);
}

function cut(text: string): string {
  return text.length > shownMax ? `${text.slice(0, shownMax - 1)}…` : text;
}
