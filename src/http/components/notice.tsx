import type { ComponentChildren } from 'preact';

/** Something to know before the rest. `bad` and `warning` interrupt a screen reader, the others don't. */
export function Notice(props: { kind: NoticeKind; title: string; children?: ComponentChildren }) {
  const { kind, title, children } = props;
  return (
    <div class={`notice ${kind}`} role={kind === 'bad' ? 'alert' : 'status'}>
      <p class="notice-title">{title}</p>
      {children}
    </div>
  );
}

export type NoticeKind = 'good' | 'info' | 'warning' | 'bad';
