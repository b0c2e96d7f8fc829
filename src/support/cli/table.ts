/** A column that is narrower than this is no column: on a narrow terminal each row becomes a block. */
const lastColumnMin = 24;

/**
 * Lines up rows under their headings. Nothing is cut off: what does not fit is wrapped in the last column, and if there is no
 * room for that column, each row becomes a block of lines.
 * @param width of the terminal, in characters. Infinite in a pipe: then each row is one line
 */
export function table(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  width = Number.POSITIVE_INFINITY,
): string {
  const widths = headings.map((heading, i) => Math.max(lengthOf(heading), ...rows.map((row) => lengthOf(row[i]))));
  const before = widths.slice(0, -1).reduce((sum, length) => sum + length + 2, 0);
  const last = width - before;
  if (last < Math.min(lastColumnMin, widths.at(-1) ?? 0)) return blocks(headings, rows, width);
  const line = (cells: readonly string[]) => {
    const [end = '', start] = [cells.at(-1), cells.slice(0, -1)];
    const [first = '', ...more] = wrapped(end, last);
    const head = start.map((cell, i) => padded(cell, widths[i] ?? 0)).join('  ');
    const lines = [start.length === 0 ? first : `${head}  ${first}`, ...more.map((text) => ' '.repeat(before) + text)];
    return lines.map((text) => text.trimEnd()).join('\n');
  };
  const rule = widths.map((length, i) => '─'.repeat(i === widths.length - 1 ? Math.min(length, last) : length));
  return [line(headings), line(rule), ...rows.map(line)].join('\n');
}

function blocks(headings: readonly string[], rows: readonly (readonly string[])[], width: number): string {
  return rows
    .map((row) =>
      factLines(
        headings.map((heading, i): [string, string] => [heading, row[i] ?? '']).filter(([, value]) => value !== ''),
        width,
      ).join('\n'),
    )
    .join('\n\n');
}

/** Names and values, as two columns. Long values are wrapped. */
export function factLines(facts: readonly (readonly [string, string])[], width = Number.POSITIVE_INFINITY): string[] {
  const names = Math.max(...facts.map(([name]) => lengthOf(name)));
  return facts.flatMap(([name, value]) => {
    const [first = '', ...more] = wrapped(value, Math.max(lastColumnMin, width - names - 4));
    return [`  ${padded(name, names)}  ${first}`, ...more.map((text) => ' '.repeat(names + 4) + text)];
  });
}

/** Breaks a text between words. A word that is longer than a line (an id) stays whole, so that it can be copied. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && lengthOf(longer) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}

function padded(cell: string, width: number): string {
  return cell + ' '.repeat(Math.max(0, width - lengthOf(cell)));
}

function lengthOf(cell = ''): number {
  return [...cell].length;
}
