import { useContext } from 'preact/hooks';
import { FrameContext } from '../frame.js';
import type { Refusal } from '../refusal.js';
import type { Typed } from '../typed.js';
import { type Crumb, Layout } from './layout.js';

type Props = {
  refusal: Refusal;
  place: readonly Crumb[];
  /** The start page of this part of the site. */
  back: string;
  /** The address that failed. */
  address: string;
  person: string | null;
  /** What was typed into the form that failed. */
  typed: Typed | null;
};

/** What went wrong, and the ways out. */
export function ErrorPage({ refusal, place, back, address, person, typed }: Props) {
  const title = titles[refusal.code] ?? 'That did not work';
  const isRepeatable = refusal.status === 401 || refusal.status === 429 || refusal.status >= 500;
  return (
    <Layout title={title} place={place} tabs={[]} person={person}>
      <section class="empty">
        <h1>{title}</h1>
        <p>{refusal.message}</p>
        {isRepeatable && typed !== null && <p>What you typed is kept on this page. You can send it again.</p>}
        <div class="actions">
          {refusal.status === 401 && <SignIn inNewTab={typed !== null} />}
          {isRepeatable && typed !== null && <SendAgain typed={typed} address={address} />}
          {isRepeatable && typed === null && (
            <a href={address} class="button secondary">
              Try again
            </a>
          )}
          {refusal.status === 403 && person !== null && <OtherAccount />}
          {address !== back && (
            <a href={back} class="button secondary">
              Back to the start
            </a>
          )}
          <Support />
        </div>
      </section>
    </Layout>
  );
}

/** With a form on the page it opens a new tab, so that the form stays. */
function SignIn({ inNewTab }: { inNewTab: boolean }) {
  const { signIn } = useContext(FrameContext);
  if (signIn === null) return null;
  return (
    <a href={signIn} class="button" {...(inNewTab ? { target: '_blank', rel: 'noopener' } : {})}>
      Sign in{inNewTab && ' in a new tab'}
    </a>
  );
}

function SendAgain({ typed, address }: { typed: Typed; address: string }) {
  return (
    <form method="post" action={address} data-once>
      {typed.map(([name, value], i) => (
        <input key={i} type="hidden" name={name} value={value} />
      ))}
      <button type="submit" class="secondary">
        Send it again
      </button>
    </form>
  );
}

function OtherAccount() {
  const { signOut } = useContext(FrameContext);
  if (signOut === null) return null;
  return (
    <form method="post" action={signOut} data-once>
      <button type="submit" class="secondary">
        Use another account
      </button>
    </form>
  );
}

function Support() {
  const { support, help } = useContext(FrameContext);
  const href = support ?? help;
  if (href === null) return null;
  return (
    <a href={href} class="button secondary">
      Contact Scanner support
    </a>
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
