/** A value to copy elsewhere. With scripts there is a button for it. Without, people select it. */
export function CopyField({ label, value, id }: { label: string; value: string; id: string }) {
  return (
    <div class="copy">
      <label for={id}>{label}</label>
      <div class="copy-row">
        <input id={id} type="text" value={value} readOnly spellcheck={false} autocomplete="off" />
        <button type="button" class="secondary" data-copy={id} hidden>
          Copy<span class="sr"> {label}</span>
        </button>
      </div>
    </div>
  );
}
