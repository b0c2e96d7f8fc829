import type { Refusal } from '../refusal.js';
import { type Crumb, Layout } from './layout.js';

/** What went wrong, and what to do next. */
export function ErrorPage({ refusal, place, back }: { refusal: Refusal; place: readonly Crumb[]; back: string }) {
  const title = titles[refusal.code] ?? 'That did not work';
  return (
    <Layout title={title} place={place} tabs={[]} person={null}>
      <section class="empty">
        <h1>{title}</h1>
        <p>{refusal.message}</p>
        <p>
          <a href={back} class="button secondary">
            {refusal.status === 401 ? 'Try again' : 'Go back'}
          </a>
        </p>
      </section>
    </Layout>
  );
}

const titles: Partial<Record<Refusal['code'], string>> = {
  not_signed_in: 'Sign in first',
  forbidden: 'You lack a permission',
  not_enabled: 'SCIM is not switched on',
  unknown_team: 'No Scanner team',
  not_found: 'Not found',
  connection_exists: 'There is already a connection',
  token_lost: 'Connected, but the token is lost',
  unavailable: 'Not available right now',
};
