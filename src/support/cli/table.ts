/** Lines up rows under their headings. Cuts off what the terminal can't show. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[], width = 120): string {
  const all = [headings, ...rows];
  const widths = headings.map((_, column) => Math.max(...all.map((row) => lengthOf(row[column]))));
  const line = (row: readonly string[]) => cut(row.map((cell, i) => padded(cell, widths[i] ?? 0)).join('  '), width);
  return [line(headings), line(widths.map((length) => '─'.repeat(length))), ...rows.map(line)].join('\n');
}

/** Names and values, as two columns. */
export function factLines(facts: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...facts.map(([name]) => lengthOf(name)));
  return facts.map(([name, value]) => `  ${padded(name, width)}  ${value}`);
}

function padded(cell: string, width: number): string {
  return cell + ' '.repeat(Math.max(0, width - lengthOf(cell)));
}

function lengthOf(cell = ''): number {
  return [...cell].length;
}

function cut(line: string, width: number): string {
  const characters = [...line.trimEnd()];
  return characters.length <= width ? characters.join('') : `${characters.slice(0, width - 1).join('')}…`;
}
