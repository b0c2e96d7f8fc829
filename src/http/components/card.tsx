import type { ComponentChildren } from 'preact';

/** A section of a page. @param props.label names it for screen readers, where it has no title */
export function Card(
  props: { title: string; children: ComponentChildren } | { label: string; children: ComponentChildren },
) {
  const { children } = props;
  return (
    <section class="card" aria-label={'title' in props ? props.title : props.label}>
      {'title' in props && <h2>{props.title}</h2>}
      {children}
    </section>
  );
}

/** A list that may be a part of a longer one. */
export function PartList(props: { items: readonly ComponentChildren[]; total?: number; empty?: string }) {
  const { items, total = items.length, empty = 'None.' } = props;
  if (items.length === 0) return <p class="quiet">{empty}</p>;
  return (
    <ul>
      {items.map((item, i) => (
        <li key={i}>{item}</li>
      ))}
      {total > items.length && <li class="quiet">and {(total - items.length).toLocaleString('en')} more</li>}
    </ul>
  );
}
