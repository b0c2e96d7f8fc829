/** The position in a list with several pages, and links to the previous and next page. */
export function Pager(props: {
  /** The noun: `names`. */
  what: string;
  from: number;
  shown: number;
  total: number;
  previous: string | null;
  next: string | null;
}) {
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
