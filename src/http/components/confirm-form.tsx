import type { ComponentChildren } from 'preact';

export type Submit = {
  label: string;
  look?: 'secondary' | 'danger';
  /** Where this button sends the form, when it is not the form's own action. */
  action?: string;
  /** A button that only previews needs no reason and no other required field. */
  skipsValidation?: boolean;
  name?: string;
  value?: string;
};

/** A form that changes something. The page's script sends it once, whatever the number of clicks (`data-once`). */
export function ConfirmForm(props: {
  action?: string;
  /** Fields that nobody sees; a list is sent as several fields of one name. */
  hidden?: Readonly<Record<string, string | readonly string[]>>;
  /** Asks for the reason, which audit_log keeps. The value is the field's id, unique on its page. */
  reasonId?: string;
  submit: Submit | readonly Submit[];
  cancel?: { href: string; label: string };
  class?: string;
  'aria-label'?: string;
  children?: ComponentChildren;
}) {
  const { action, hidden = {}, reasonId, submit, cancel, children } = props;
  return (
    <form method="post" action={action} class={props.class} aria-label={props['aria-label']} data-once>
      {Object.entries(hidden).flatMap(([name, values]) =>
        [values].flat().map((value) => <input key={`${name} ${value}`} type="hidden" name={name} value={value} />),
      )}
      {children}
      {reasonId !== undefined && <ReasonField id={reasonId} />}
      <p class="actions">
        {[submit].flat().map((one) => (
          <SubmitButton key={one.label} {...one} />
        ))}
        {cancel !== undefined && (
          <a href={cancel.href} class="button secondary">
            {cancel.label}
          </a>
        )}
      </p>
    </form>
  );
}

function SubmitButton({ label, look, action, skipsValidation, name, value }: Submit) {
  return (
    <button type="submit" class={look} formaction={action} formnovalidate={skipsValidation} name={name} value={value}>
      {label}
    </button>
  );
}

function ReasonField({ id }: { id: string }) {
  return (
    <label for={id}>
      Reason
      <input
        id={id}
        name="reason"
        required
        maxLength={1000}
        placeholder="ticket 4711: Alice left and can still search"
      />
    </label>
  );
}
