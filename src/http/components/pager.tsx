type Shown = { from: number; shown: number; total: number };

/** The position in a list of several pages, and the links to the next and the previous page. */
export function Pager(props: Shown & { what: string; previous: string | null; next: string | null }) {
  const { what, from, shown, total, previous, next } = props;
  if (previous === null && next === null) return null;
  const number = (value: number) => value.toLocaleString('en');
  return (
    <nav class="actions" aria-label={`Pages of ${what}`}>
      <span class="quiet">
        {number(from + 1)}–{number(from + shown)} of {number(total)} {what}
      </span>
      {previous !== null && (
        <a href={previous} rel="prev">
          Previous
        </a>
      )}
      {next !== null && (
        <a href={next} rel="next">
          Next
        </a>
      )}
    </nav>
  );
}

/** The properties of a Pager whose pages are at `path?from=…`. The path may have other parameters. */
export function pagesAt(path: string, { from, shown, total, perPage }: Shown & { perPage: number }) {
  const at = (start: number) => `${path}${path.includes('?') ? '&' : '?'}from=${start}`;
  const previous = from === 0 ? null : at(Math.max(0, from - perPage));
  return { from, shown, total, previous, next: from + shown < total ? at(from + shown) : null };
}
