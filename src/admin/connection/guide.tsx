import { Rich } from '../../http/components/rich.js';
import type { Guide, Step, Value } from './guides/guide.js';

/** The instructions for the identity provider. */
export function GuideSections({ guide, provider }: { guide: Guide; provider: string }) {
  return (
    <section class="card" aria-labelledby="guide">
      <h2 id="guide">Set up {provider}</h2>
      {guide.map(({ title, steps }) => (
        <section key={title} class="guide">
          <h3>{title}</h3>
          <ol>
            {steps.map((step) => (
              <StepItem key={step.text} step={step} />
            ))}
          </ol>
        </section>
      ))}
    </section>
  );
}

function StepItem({ step: { text, values = [] } }: { step: Step }) {
  return (
    <li>
      <Rich text={text} />
      {values.length > 0 && (
        <dl class="values">
          {values.map((value) => (
            <ValueRow key={value.label} value={value} />
          ))}
        </dl>
      )}
    </li>
  );
}

function ValueRow({ value: { label, is, value } }: { value: Value }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{is === 'token' ? <em>{value}</em> : <code>{value}</code>}</dd>
    </div>
  );
}
