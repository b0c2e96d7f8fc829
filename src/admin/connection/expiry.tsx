import { Notice } from '../../http/components/notice.js';
import type { ConnectionView, Expiry } from './view.js';

/** Warns 30, 7 and 1 days before the token expires. Not during a rotation. */
export function ExpiryNotice({
  connection: { expiry, rotation, identityProviderName },
}: {
  connection: ConnectionView;
}) {
  if (expiry === null || rotation !== null) return null;
  return (
    <Notice kind={expiry.urgency === 'soon' ? 'warning' : 'bad'} title={titleOf(expiry)}>
      <p>
        After that {identityProviderName} can’t send changes to Scanner, and leavers keep their access.{' '}
        <a href="/settings/scim/connection#token-card">Rotate the token</a>.
      </p>
    </Notice>
  );
}

function titleOf({ urgency, daysLeft }: Expiry): string {
  if (urgency === 'expired') return 'The bearer token has expired';
  if (urgency === 'last_day') return 'The bearer token expires within a day';
  return `The bearer token expires in ${daysLeft} days`;
}
