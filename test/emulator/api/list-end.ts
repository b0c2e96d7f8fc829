/** How a list ends and what it is when it is empty: the types of Stytch's SDKs leave both open. */
import type { World } from '../world.js';

/** `{ members: [...] }`, or whatever Stytch may make of an empty one. */
export function list(world: World, name: string, items: readonly object[]): object {
  if (items.length > 0 || world.switches.emptyList === '[]') return { [name]: items };
  return world.switches.emptyList === 'null' ? { [name]: null } : {};
}

/** @param next null when nothing follows */
export function cursor(world: World, next: string | null): { next_cursor?: string | null } {
  if (next !== null) return { next_cursor: next };
  if (world.switches.endOfList === 'null') return { next_cursor: null };
  return world.switches.endOfList === 'empty' ? { next_cursor: '' } : {};
}

export function resultsMetadata(world: World, total: number, next: string | null): object {
  if (next === null && world.switches.endOfList === 'noMetadata') return {};
  return { results_metadata: { total: world.switches.searchTotals ? total : -1, ...cursor(world, next) } };
}
