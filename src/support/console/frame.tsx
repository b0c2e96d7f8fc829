import type { ComponentChildren } from 'preact';
import { Layout } from '../../http/components/layout.js';
import { versionInWords } from '../../process/version.js';

export type SupportTab = 'health' | 'failed' | 'held' | 'why' | 'queues';

/** What stands around the pages of /support. */
export function SupportFrame(props: {
  person: string;
  tab: SupportTab | null;
  title: string;
  children: ComponentChildren;
}) {
  const { person, tab, title, children } = props;
  const tabs = sections.map(({ id, label, href }) => ({ href, label, isCurrent: id === tab }));
  return (
    <Layout title={title} place={['Support', title]} tabs={tabs} person={person} footer={versionInWords}>
      {children}
    </Layout>
  );
}

const sections = [
  { id: 'health', label: 'Health', href: '/support' },
  { id: 'why', label: 'Why?', href: '/support/why' },
  { id: 'failed', label: 'Failed jobs', href: '/support/failed' },
  { id: 'held', label: 'Held', href: '/support/held' },
  { id: 'queues', label: 'Queues', href: '/support/queues' },
] as const;
