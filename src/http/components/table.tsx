import type { ComponentChildren } from 'preact';

/** A heading, or a heading with what its column needs. */
export type Column = string | { label: string; nowrap?: boolean; isHeadingHidden?: boolean };
export type Row = { key: string | number; cells: readonly ComponentChildren[] };

/** A table. On a narrow screen each row is a block, and `data-label` repeats the heading before each value. */
export function Table(props: { caption?: string; class?: string; head: readonly Column[]; rows: readonly Row[] }) {
  const { caption, head, rows } = props;
  const columns = head.map((column) => (typeof column === 'string' ? { label: column } : column));
  return (
    <div class="table">
      <table class={props.class}>
        {caption !== undefined && <caption class="sr">{caption}</caption>}
        <thead>
          <tr>
            {columns.map(({ label, isHeadingHidden }) => (
              <th key={label} scope="col">
                {isHeadingHidden ? <span class="sr">{label}</span> : label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ key, cells }) => (
            <tr key={key}>
              {columns.map(({ label, nowrap }, i) => (
                <td key={label} class={nowrap ? 'nowrap' : undefined} data-label={label}>
                  {cells[i]}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
