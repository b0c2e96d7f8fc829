import type { ComponentChildren } from 'preact';

/** Text with `**labels**` and `` `things to type` ``. There is no other markup. */
export function Rich({ text }: { text: string }) {
  return <>{text.split(/(\*\*[^*]+\*\*|`[^`]+`)/).map(piece)}</>;
}

function piece(text: string): ComponentChildren {
  if (text.startsWith('**') && text.endsWith('**') && text.length > 4) return <strong>{text.slice(2, -2)}</strong>;
  if (text.startsWith('`') && text.endsWith('`') && text.length > 2) return <code>{text.slice(1, -1)}</code>;
  return text;
}
