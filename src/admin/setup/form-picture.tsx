import type { Part, Value } from '../connection/guides/guide.js';

/** Sizes in units of the drawing, which scales to its column. */
const width = 340;
const headHeight = 30;
const fieldHeight = 50;
const switchHeight = 26;
const footHeight = 42;
/** Longer texts end in `…`, so that they fit in a field of the drawing. */
const textLength = 44;

/**
 * A small drawing of the provider's form, so that the admin recognizes it. Our own, not a screenshot. A step without values
 * shows the labels that it names.
 */
export function FormPicture({ part, console }: { part: Part; console: string }) {
  const values = part.steps.flatMap(({ values: own = [], isElsewhere }) => (isElsewhere ? [] : own));
  const labels = values.length > 0 ? values.map(({ label }) => label) : labelsIn(part);
  if (labels.length === 0) return null;
  const { title = console, button } = part.form ?? {};
  const rowHeight = values.length > 0 ? fieldHeight : switchHeight;
  const height = headHeight + 8 + labels.length * rowHeight + (button === undefined ? 0 : footHeight);
  return (
    <figure class="picture">
      <svg
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`Drawing of the form ${title}, with ${labels.join(', ')}`}
      >
        <rect class="sheet" x="1" y="1" width={width - 2} height={height - 2} rx="8" />
        <text class="head" x="16" y="21">
          {cut(title)}
        </text>
        <line class="rule" x1="1" y1={headHeight} x2={width - 1} y2={headHeight} />
        {labels.map((label, i) => {
          const value = values[i];
          const y = headHeight + 8 + i * rowHeight;
          return value === undefined ? (
            <Switch key={label} label={label} y={y} />
          ) : (
            <Field key={label} value={value} y={y} />
          );
        })}
        {button !== undefined && <Button label={button} y={height - footHeight + 2} />}
      </svg>
      <figcaption class="quiet">A drawing. Your console may look a little different.</figcaption>
    </figure>
  );
}

/** Every `**label**` of the steps, once. */
function labelsIn({ steps }: Part): string[] {
  const texts = steps.map(({ text }) => text).join(' ');
  return [...new Set([...texts.matchAll(/\*\*([^*]+)\*\*/g)].map(([, label]) => String(label)))];
}

function Switch({ label, y }: { label: string; y: number }) {
  return (
    <>
      <rect class="field" x="16" y={y + 4} width="12" height="12" rx="3" />
      <text class="value" x="36" y={y + 14}>
        {cut(label)}
      </text>
    </>
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
  return text.length > textLength ? `${text.slice(0, textLength - 1)}…` : text;
}
