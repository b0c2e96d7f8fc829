/** Lines up rows under their headings; cuts what the terminal can't show. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[], width = 120): string {
  const all = [headings, ...rows];
  const widths = headings.map((_, column) => Math.max(...all.map((row) => [...(row[column] ?? '')].length)));
  const line = (row: readonly string[]) =>
    cut(
      row
        .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - [...cell].length))
        .join('  ')
        .trimEnd(),
      width,
    );
  return [line(headings), line(widths.map((w) => '─'.repeat(w))), ...rows.map(line)].join('\n');
}

function cut(line: string, width: number): string {
  const characters = [...line];
  return characters.length <= width ? line : `${characters.slice(0, width - 1).join('')}…`;
}
