import { Notice } from '../../http/components/notice.js';
import type { Refusal } from '../../http/refusal.js';
import { pluralize } from '../../text/pluralize.js';
import type { Admin } from '../authorize.js';
import { SettingsFrame } from '../frame.js';
import type { DeletionPreview } from './deletion-preview.js';
import type { ConnectionView } from './view.js';

/** Shows what deleting the connection does, and asks for the team's name. */
export function DeleteConnectionPage(props: {
  admin: Admin;
  connection: ConnectionView;
  preview: DeletionPreview;
  refusal?: Refusal;
}) {
  const { admin, connection, preview, refusal } = props;
  const { people, granted, values } = preview;
  return (
    <SettingsFrame admin={admin} tab="connection" title="Delete the connection">
      <h1>Delete {connection.displayName}?</h1>
      {refusal && (
        <Notice kind="bad" title="Nothing was deleted">
          <p>{refusal.message}</p>
        </Notice>
      )}
      <section class="card danger" aria-labelledby="means">
        <h2 id="means">What this does</h2>
        <ul>
          <li>
            {connection.identityProviderName} can no longer send changes to Scanner. Its token stops working at once.
          </li>
          <li>Its SCIM data is deleted: groups, and the link to each person. This can’t be undone.</li>
          <li>
            {pluralize(granted, 'person loses', 'people lose')} the roles they have by SCIM, and{' '}
            {pluralize(values, 'name of a role or group is', 'names of roles and groups are')} deleted.
          </li>
          <li>
            {pluralize(people, 'person stays', 'people stay')} in Scanner as long as they are members of your
            organization. You must then remove leavers by hand.
          </li>
        </ul>
        <form method="post" action="/settings/scim/connection/delete" data-once>
          <input type="hidden" name="connectionId" value={connection.id} />
          <label>
            Type the name of the team, <strong>{admin.team.name}</strong>, to confirm
            <input name="teamName" required autocomplete="off" spellcheck={false} />
          </label>
          <p class="actions">
            <button type="submit" class="danger">
              Delete the connection
            </button>
            <a href="/settings/scim/connection" class="button secondary">
              Keep the connection
            </a>
          </p>
        </form>
      </section>
    </SettingsFrame>
  );
}
