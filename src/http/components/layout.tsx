import type { ComponentChildren } from 'preact';
import { useContext } from 'preact/hooks';
import { FrameContext } from '../frame.js';

/** What surrounds every page. */
export type Frame = {
  title: string;
  /** The breadcrumb: `Acme`, `Settings`, `SCIM`. */
  place: readonly Crumb[];
  tabs: readonly Tab[];
  /** The e-mail of the person who is signed in. */
  person: string | null;
  /** Small text below the page. */
  footer?: string;
};

/** Without an address it is not a page of ours. */
export type Crumb = string | { label: string; href: string };

export type Tab = { href: string; label: string; isCurrent: boolean };

/** A whole page. Preact escapes all values. It works without scripts. */
export function Layout({ title, place, tabs, person, footer, children }: Frame & { children: ComponentChildren }) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{`${title} · Scanner`}</title>
        <link rel="icon" href="/assets/icon.svg" type="image/svg+xml" />
        <link rel="icon" href="/assets/icon.png" sizes="48x48" type="image/png" />
        <link rel="apple-touch-icon" href="/assets/touch-icon.png" />
        <link rel="stylesheet" href="/assets/pico.min.css" />
        <link rel="stylesheet" href="/assets/inter/index.css" />
        <link rel="stylesheet" href="/assets/style.css" />
        <script src="/assets/page.js" defer />
      </head>
      <body>
        <a class="skip" href="#main">
          Skip to the content
        </a>
        <header class="bar">
          <div class="container">
            <Place place={place} />
            <Account person={person} />
          </div>
        </header>
        {tabs.length > 0 && <Tabs tabs={tabs} />}
        <main class="container" id="main" tabIndex={-1}>
          {children}
        </main>
        <Footer text={footer} />
      </body>
    </html>
  );
}

/** Who is signed in, and how to get help or out. */
function Account({ person }: { person: string | null }) {
  const { help, signOut } = useContext(FrameContext);
  return (
    <div class="account">
      {person !== null && (
        <span class="person">
          Signed in as <bdi>{person}</bdi>
        </span>
      )}
      {help !== null && <a href={help}>Help</a>}
      {person !== null && signOut !== null && (
        <form method="post" action={signOut} data-once>
          <button type="submit" class="link">
            Sign out
          </button>
        </form>
      )}
    </div>
  );
}

function Footer({ text }: { text: string | undefined }) {
  const { help, support } = useContext(FrameContext);
  const contact = help === null ? null : (support ?? help);
  if (text === undefined && contact === null) return null;
  return (
    <footer class="container">
      {text}
      {contact !== null && (
        <>
          Questions? <a href={contact}>Contact Scanner support</a>
        </>
      )}
    </footer>
  );
}

function Place({ place }: { place: readonly Crumb[] }) {
  return (
    <nav aria-label="Breadcrumb">
      <ol class="place">
        <li class="brand">
          <a href="/">Scanner</a>
        </li>
        {place.map((crumb) =>
          typeof crumb === 'string' ? (
            <li key={crumb}>{crumb}</li>
          ) : (
            <li key={crumb.href}>
              <a href={crumb.href}>{crumb.label}</a>
            </li>
          ),
        )}
      </ol>
    </nav>
  );
}

function Tabs({ tabs }: { tabs: readonly Tab[] }) {
  return (
    <nav class="tabs" aria-label="Sections">
      <ul class="container">
        {tabs.map(({ href, label, isCurrent }) => (
          <li key={href}>
            <a href={href} aria-current={isCurrent ? 'page' : undefined}>
              {label}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
