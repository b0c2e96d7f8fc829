import { CopyField } from '../../http/components/copy-field.js';
import type { Value } from '../connection/guides/guide.js';

/** How the page shows the token: itself, this once, or its end only. */
export type ShownToken = { token: string } | { lastFour: string; isHeard: boolean };

/** One value of a step, where it is pasted: to copy, or to choose. */
export function ValueField(props: { value: Value; id: string; baseUrl: string; shown: ShownToken }) {
  const { value, id, baseUrl, shown } = props;
  if (value.is === 'base_url') return <CopyField id="base-url" label={value.label} value={baseUrl} />;
  if (value.is === 'token') return <TokenField label={value.label} prefix={value.prefix} shown={shown} />;
  if (value.action === 'paste') return <CopyField id={id} label={value.label} value={value.value} />;
  return (
    <p class="chosen">
      <span class="quiet">{value.label}</span> <strong>{value.value}</strong>
    </p>
  );
}

function TokenField({ label, prefix, shown }: { label: string; prefix: string; shown: ShownToken }) {
  if ('token' in shown) return <CopyField id="token" label={label} value={prefix + shown.token} />;
  return (
    <div class="was-shown" id="token">
      <p>
        <span class="quiet">{label}</span> the token that ends in <code>{shown.lastFour}</code>
        {prefix !== '' && (
          <>
            , after <code>Bearer</code> and a space
          </>
        )}
      </p>
      <p class="quiet">It was shown once, when it was made. Scanner keeps no copy. If it got lost, get a new one.</p>
      {shown.isHeard ? (
        <p>
          <a href="/settings/scim/connection#token-card" class="button secondary">
            Rotate the token
          </a>
        </p>
      ) : (
        <p>
          {/* A form can't stand inside the list's own forms, so the button names its form. */}
          <button type="submit" class="secondary" form="new-token">
            Get a new token
          </button>
        </p>
      )}
    </div>
  );
}
