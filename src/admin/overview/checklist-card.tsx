import { Notice } from '../../http/components/notice.js';
import { Rich } from '../../http/components/rich.js';
import type { Check, CheckId } from './checklist.js';
import type { Misconfiguration } from './misconfigurations.js';

/** The set-up steps, ticked when Scanner has seen them. */
export function ChecklistCard({ checks }: { checks: readonly Check[] }) {
  const done = checks.filter((check) => check.done).length;
  const current = checks.find((check) => !check.done);
  return (
    <section class="card" aria-labelledby="setup">
      <h2 id="setup">
        Set-up{' '}
        <span class="quiet" role="status">
          {done === checks.length ? 'complete' : `${done} of ${checks.length} seen`}
        </span>
      </h2>
      <ol class="checklist">
        {checks.map((check) => (
          <li key={check.id} class={check.done ? 'done' : check === current ? 'current' : ''}>
            <span class="tick" aria-hidden="true">
              {check.done ? '✓' : ''}
            </span>
            <div>
              <strong>{check.title}</strong>
              <span class="sr">{check.done ? ', done' : ', open'}</span>
              <span class="quiet"> {check.done ? <Found check={check} /> : check.next}</span>
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** What was seen, with a link to its list. */
function Found({ check: { id, found } }: { check: Check }) {
  const href = lists[id];
  return href === undefined ? found : <a href={href}>{found}</a>;
}

const lists: Partial<Record<CheckId, string>> = {
  first_user: '/settings/scim/people',
  first_role_value: '/settings/scim/roles',
  first_role_granted: '/settings/scim/people?source=scim',
  first_deactivation: '/settings/scim/people?status=deactivated',
};

export function Misconfigurations({ misconfigurations }: { misconfigurations: readonly Misconfiguration[] }) {
  return (
    <>
      {misconfigurations.map(({ id, title, seen, cure }) => (
        <Notice key={id} kind="warning" title={title}>
          <p>{seen}</p>
          <p>
            <Rich text={cure} />
          </p>
        </Notice>
      ))}
    </>
  );
}
