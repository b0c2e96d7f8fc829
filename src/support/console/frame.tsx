import type { ComponentChildren } from 'preact';
import { Layout } from '../../http/components/layout.js';
import { versionInWords } from '../../process/version.js';

const sections = [
  { tab: 'health', label: 'Health', href: '/support' },
  { tab: 'why', label: 'Why?', href: '/support/why' },
  { tab: 'failed', label: 'Failed jobs', href: '/support/failed' },
  { tab: 'replays', label: 'Replays', href: '/support/replays' },
  { tab: 'held', label: 'Held', href: '/support/held' },
  { tab: 'teams', label: 'Teams', href: '/support/teams' },
  { tab: 'queues', label: 'Queues', href: '/support/queues' },
] as const;

export type SupportTab = (typeof sections)[number]['tab'];

/** The frame of all pages of /support. */
export function SupportFrame(props: { person: string; tab: SupportTab; title: string; children: ComponentChildren }) {
  const { person, tab, title, children } = props;
  const tabs = sections.map((section) => ({ ...section, isCurrent: section.tab === tab }));
  return (
    <Layout
      title={title}
      place={[{ label: 'Support', href: '/support' }, title]}
      tabs={tabs}
      person={person}
      footer={versionInWords}
    >
      {children}
    </Layout>
  );
}
