import { Notice } from '../../http/components/notice.js';
import { Rich } from '../../http/components/rich.js';
import type { Admin } from '../authorize.js';
import type { Guide, PartId, Step } from '../connection/guides/guide.js';
import { appsOf, guideFor, spokenName } from '../connection/providers.js';
import type { ConnectionView } from '../connection/view.js';
import { checklist } from '../overview/checklist.js';
import { ChecklistCard } from '../overview/checklist-card.js';
import { IdpStatusCard } from '../overview/idp-status-card.js';
import { CheckedNote } from './checked-note.js';
import { FormPicture } from './form-picture.js';
import { SetupFrame } from './setup-frame.js';
import { nextPart, type Progress, partPath, setupSteps } from './steps.js';
import { type ShownToken, ValueField } from './value-field.js';

export type PartPageProps = {
  admin: Admin;
  connection: ConnectionView;
  part: PartId;
  /** Which kind of app the admin has in the provider. */
  app: unknown;
  progress: Progress;
  now: Date;
  /** Right after a token was made, and never again. */
  token?: string;
  /** True if the connection was made together with its token. */
  isCreated?: boolean;
};

/** One step of the guided set-up: what to do in the provider's console, what to paste there, and what Scanner hears. */
export function PartPage(props: PartPageProps) {
  const { admin, connection, part, app, progress, now, token } = props;
  const { identityProvider, bearerTokenLastFour, baseUrl } = connection;
  const guide = guideFor(identityProvider, app);
  const { title, steps } = guide.parts[part];
  const isHeard = progress.idp.lastAt !== null;
  const shown: ShownToken = token === undefined ? { lastFour: bearerTokenLastFour, isHeard } : { token };
  return (
    <SetupFrame admin={admin} title={title} steps={setupSteps(progress)} current={part} app={app}>
      {token !== undefined && <TokenNotice {...props} />}
      <h1>{title}</h1>
      <ConsoleLink guide={guide} />
      {part === 'credentials' && token === undefined && <AppSwitch connection={connection} app={app} />}
      <div class="guided">
        <section class="card" aria-label="What to do">
          <ol class="todo">
            {steps.map((step, i) => (
              <StepItem key={step.text} step={step} id={`value-${i}`} baseUrl={baseUrl} shown={shown} />
            ))}
          </ol>
        </section>
        <FormPicture part={guide.parts[part]} console={guide.console.name} />
      </div>
      <Heard part={part} progress={progress} now={now} />
      <Continue part={part} app={app} provider={spokenName(identityProvider)} hasToken={token !== undefined} />
      <CheckedNote checked={guide.checked} />
      <form id="new-token" method="post" action={`/settings/scim/setup/token${queryOf(app)}`} data-once />
    </SetupFrame>
  );
}

const queryOf = (app: unknown) => (typeof app === 'string' && app !== '' ? `?${new URLSearchParams({ app })}` : '');

/** `data-shown-at`: the page's script takes this address, so Reload and Back ask for a page instead of sending the form again. */
function TokenNotice({ connection, app, isCreated }: PartPageProps) {
  const title = isCreated
    ? `${connection.displayName} is created. Its token is shown this once`
    : 'The new token is shown this once. The old one no longer works';
  return (
    <div data-shown-at={partPath('credentials', app)}>
      <Notice kind="warning" title={title}>
        <p>Copy it now, in the step below. Scanner keeps no copy. If it gets lost, you get a new one on this page.</p>
      </Notice>
    </div>
  );
}

function ConsoleLink({ guide: { console } }: { guide: Guide }) {
  if (console.href === null)
    return <p class="lead">Open {console.name} in another tab, and follow these steps there.</p>;
  return (
    <p class="lead">
      <a href={console.href} class="button secondary" target="_blank" rel="noopener noreferrer">
        Open {console.name} <span aria-hidden="true">↗</span>
        <span class="sr"> (opens in a new tab)</span>
      </a>
    </p>
  );
}

function AppSwitch({ connection: { identityProvider }, app }: { connection: ConnectionView; app: unknown }) {
  const apps = appsOf(identityProvider, app);
  if (apps === null) return null;
  const { notice } = guideFor(identityProvider, app);
  return (
    <>
      <nav class="apps" aria-label="Which app do you have?">
        <ul>
          {apps.map(({ id, isChosen, name }) => (
            <li key={id}>
              <a href={partPath('credentials', id)} aria-current={isChosen ? 'true' : undefined}>
                {name}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      {notice !== undefined && (
        <Notice kind="info" title={notice.title}>
          <p>
            <Rich text={notice.text} />
          </p>
        </Notice>
      )}
    </>
  );
}

function StepItem({ step, id, baseUrl, shown }: { step: Step; id: string; baseUrl: string; shown: ShownToken }) {
  const { text, values = [] } = step;
  return (
    <li>
      <Rich text={text} />
      {values.length > 0 && (
        <div class="to-paste">
          {values.map((value, i) => (
            <ValueField key={value.label} value={value} id={`${id}-${i}`} baseUrl={baseUrl} shown={shown} />
          ))}
        </div>
      )}
    </li>
  );
}

/** The panel that refreshes itself: what Scanner has heard since this connection was created. */
function Heard({ part, progress, now }: { part: PartId; progress: Progress; now: Date }) {
  return (
    <>
      <div data-live={`/settings/scim/setup/live/${part}`} data-seconds="4">
        <HeardNow part={part} progress={progress} now={now} />
      </div>
      <noscript>
        <p>
          <a href={`/settings/scim/setup/${part}`}>Look again</a>
        </p>
      </noscript>
    </>
  );
}

export function HeardNow({ part, progress: { idp, signals }, now }: { part: PartId; progress: Progress; now: Date }) {
  return (
    <>
      <IdpStatusCard idp={idp} now={now} />
      {part === 'test' && <ChecklistCard checks={checklist(signals)} />}
    </>
  );
}

/** After a token the browser lets nobody continue who has not ticked the box. It needs no script for that. */
function Continue(props: { part: PartId; app: unknown; provider: string; hasToken: boolean }) {
  const { part, app, provider, hasToken } = props;
  const next = nextPart(part);
  const action = next === null ? '/settings/scim' : `/settings/scim/setup/${next}`;
  return (
    <form method="get" action={action} class="continue" data-guard={hasToken || undefined}>
      {typeof app === 'string' && next !== null && <input type="hidden" name="app" value={app} />}
      {hasToken && (
        <label>
          <input type="checkbox" required data-copied /> I have saved the token in {provider}
        </label>
      )}
      <p class="actions">
        <button type="submit">{next === null ? 'Finish' : 'Continue'}</button>
        {part === 'roles' && (
          <a href="/settings/scim/roles" class="button secondary">
            Open Roles
          </a>
        )}
        {next !== null && <a href="/settings/scim">Continue later</a>}
      </p>
    </form>
  );
}
