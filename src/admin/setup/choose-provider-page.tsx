import { Notice } from '../../http/components/notice.js';
import type { Refusal } from '../../http/refusal.js';
import type { Admin } from '../authorize.js';
import { providerIds, providers } from '../connection/providers.js';
import { ProviderMark } from './provider-mark.js';
import { SetupFrame } from './setup-frame.js';
import { setupSteps } from './steps.js';

/** The first step: a tile for each identity provider, with the time that it takes. */
export function ChooseProviderPage({ admin, refusal }: { admin: Admin; refusal?: Refusal }) {
  return (
    <SetupFrame admin={admin} title="Choose your identity provider" steps={setupSteps(null)} current="provider">
      <h1>Which identity provider do you use?</h1>
      <p class="lead">
        It then decides who belongs to {admin.team.name}, and with which roles. You can stop after any step and come
        back later.
      </p>
      {refusal && (
        <Notice kind="bad" title="Nothing was created">
          <p>{refusal.message}</p>
        </Notice>
      )}
      <ul class="tiles">
        {providerIds.map((id) => {
          const { name, guide } = providers[id];
          return (
            <li key={id}>
              <a href={`/settings/scim/connection/new?provider=${id}`} class="tile">
                <ProviderMark provider={id} />
                <span>
                  <strong>{name}</strong>
                  <span class="quiet">
                    {guide.minutes} minutes{'notice' in guide && ', and another product'}
                  </span>
                </span>
              </a>
            </li>
          );
        })}
      </ul>
    </SetupFrame>
  );
}
