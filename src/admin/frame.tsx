import type { ComponentChildren } from 'preact';
import { Layout } from '../http/components/layout.js';
import { Notice } from '../http/components/notice.js';
import type { Admin } from './authorize.js';

const tabs = [
  ['overview', '/settings/scim', 'Overview'],
  ['connection', '/settings/scim/connection', 'Connection'],
  ['people', '/settings/scim/people', 'People'],
  ['roles', '/settings/scim/roles', 'Roles'],
  ['activity', '/settings/scim/activity', 'Activity'],
] as const;

export type TabName = (typeof tabs)[number][0];

/** The frame of all pages of Settings > SCIM. @param done the query parameter `done`: which success message to show */
export function SettingsFrame(props: {
  admin: Admin;
  tab: TabName;
  title: string;
  done?: unknown;
  children: ComponentChildren;
}) {
  const { admin, tab, title, done, children } = props;
  const success = typeof done === 'string' && Object.hasOwn(doneWords, done) ? doneWords[done] : undefined;
  const shown = tabs.map(([name, href, label]) => ({ href, label, isCurrent: name === tab }));
  const place = [admin.team.name, 'Settings', { label: 'SCIM', href: '/settings/scim' }];
  return (
    <Layout title={title} place={place} tabs={shown} person={admin.person.email}>
      {success !== undefined && <Notice kind="good" title={success} />}
      {children}
    </Layout>
  );
}

const doneWords: Record<string, string> = {
  renamed: 'The connection is renamed.',
  completed: 'The new token is active. The old one no longer works.',
  cancelled: 'The rotation is cancelled. The old token still works.',
  deleted: 'The connection is deleted.',
  'role-created': 'The role is created. Everybody who holds the name gets it within a minute.',
  'role-renamed': 'The role is renamed. Its holders change within a minute.',
  'role-permissions': 'The role has its new permissions.',
  'role-deleted': 'The role is deleted.',
  'name-ignored': 'The name is ignored. That changes nobody’s access.',
  'name-considered': 'The name is listed again.',
};
