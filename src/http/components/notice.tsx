import type { ComponentChildren } from 'preact';

/** A highlighted message. A screen reader interrupts for `bad`, and waits for the others. */
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
