/** Answers a SCIM listing: filter, startIndex, count. */
import SCIMMY from 'scimmy';

/** The query parameters as the library parses them; it wants numbers where HTTP has strings. */
export function parseListing(query: Readonly<Record<string, unknown>>): SCIMMY.Resources.User {
  const { startIndex, count, ...rest } = query;
  return new SCIMMY.Resources.User(undefined, {
    ...rest,
    ...(startIndex === undefined ? {} : { startIndex: Number(startIndex) }),
    ...(count === undefined ? {} : { count: Number(count) }),
  });
}

/** `userName eq "x"` gives "x" for userName, so that it need not be searched for; anything else undefined. */
export function soughtValue(listing: SCIMMY.Resources.User, attribute: string): string | undefined {
  const [expression, ...alternatives] = listing.filter ?? [];
  const [[name, test] = [], ...more] = Object.entries(expression ?? {});
  const isPlain = alternatives.length === 0 && more.length === 0 && name?.toLowerCase() === attribute.toLowerCase();
  if (!isPlain || !Array.isArray(test)) return undefined;
  const [comparator, value] = test;
  return String(comparator).toLowerCase() === 'eq' && typeof value === 'string' ? value : undefined;
}

/** The ids of the resources that the listing's filter matches; undefined when it has none. */
export function matchingIds(
  listing: SCIMMY.Resources.User,
  resources: () => readonly Record<string, unknown>[],
): ReadonlySet<unknown> | undefined {
  if (listing.filter === undefined) return undefined;
  return new Set(listing.filter.match([...resources()]).map((resource) => resource.id));
}

/** Shows one page; the library would render everything first and pages wrongly what is already a page. */
export function listResponse<T>(
  listing: SCIMMY.Resources.User,
  found: readonly T[],
  show: (record: T) => object,
): object {
  const { startIndex = 1, count = 100 } = listing.constraints ?? {};
  const page = found.slice(startIndex - 1, startIndex - 1 + count);
  return {
    schemas: [SCIMMY.Messages.ListResponse.id],
    totalResults: found.length,
    startIndex,
    itemsPerPage: page.length,
    Resources: page.map(show),
  };
}
