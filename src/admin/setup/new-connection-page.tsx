import { Notice } from '../../http/components/notice.js';
import { Rich } from '../../http/components/rich.js';
import type { Refusal } from '../../http/refusal.js';
import type { Admin } from '../authorize.js';
import { appsOf, guideFor, type ProviderId, providers } from '../connection/providers.js';
import { CheckedNote } from './checked-note.js';
import { ProviderMark } from './provider-mark.js';
import { SetupFrame } from './setup-frame.js';
import { setupSteps } from './steps.js';

/** What the admin needs for the chosen provider, and the form that creates the connection. After an error it keeps what was typed. */
export function NewConnectionPage(props: {
  admin: Admin;
  provider: ProviderId;
  typed?: { displayName?: unknown; app?: unknown };
  refusal?: Refusal;
}) {
  const { admin, provider, typed = {}, refusal } = props;
  const { name } = providers[provider];
  const guide = guideFor(provider, typed.app);
  const typedName = typeof typed.displayName === 'string' ? typed.displayName : suggestedName(admin, provider);
  return (
    <SetupFrame admin={admin} title={`Connect ${name}`} steps={setupSteps(null)} current="provider">
      <h1 class="with-mark">
        <ProviderMark provider={provider} />{' '}
        {provider === 'generic' ? 'Connect your identity provider' : `Connect ${name}`}
      </h1>
      <p class="lead">
        About {guide.minutes} minutes. <a href="/settings/scim/connection/new">Choose another identity provider</a>
      </p>
      {refusal && (
        <Notice kind="bad" title="Nothing was created">
          <p>{refusal.message}</p>
        </Notice>
      )}
      {guide.notice !== undefined && appsOf(provider) === null && (
        <Notice kind="warning" title={guide.notice.title}>
          <p>
            <Rich text={guide.notice.text} />
          </p>
        </Notice>
      )}
      <section class="card" aria-labelledby="needs">
        <h2 id="needs">What you need</h2>
        <ul>
          {guide.needs.map((need) => (
            <li key={need}>{need}</li>
          ))}
        </ul>
      </section>
      <form method="post" action="/settings/scim/connection" class="card" data-once>
        <input type="hidden" name="identityProvider" value={provider} />
        <AppChoice provider={provider} app={typed.app} />
        <label>
          Name of the connection
          <input name="displayName" required maxLength={100} autocomplete="off" value={typedName} />
        </label>
        <p class="quiet">Only admins of your team see it. You can change it later.</p>
        <p class="actions">
          <button type="submit">Create and continue</button>
          <a href="/settings/scim" class="button secondary">
            Cancel
          </a>
        </p>
      </form>
      <CheckedNote checked={guide.checked} />
    </SetupFrame>
  );
}

/** Fits what Scanner and Stytch allow, also for a long team name. */
function suggestedName({ team }: Admin, provider: ProviderId): string {
  const suffix = ` ${provider === 'generic' ? 'SCIM' : providers[provider].name}`;
  return `${team.name
    .replace(/[\p{Cc}\p{Cs}]/gu, '')
    .trim()
    .slice(0, 100 - suffix.length)}${suffix}`;
}

function AppChoice({ provider, app }: { provider: ProviderId; app: unknown }) {
  const apps = appsOf(provider, app);
  if (apps === null) return null;
  return (
    <fieldset>
      <legend>Which app do you have in {providers[provider].name}?</legend>
      <div class="choices wide">
        {apps.map(({ id, isChosen, name, text }) => (
          <label key={id} class="choice">
            <input type="radio" name="app" value={id} checked={isChosen} required />
            <span>
              <strong>{name}</strong>
              <span class="quiet">{text}</span>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
