/** Where the cursor of a search's page leads. */
import type { World } from '../world.js';
import type { Place } from './page.js';

/**
 * @param asked the cursor that was sent, none for the first page
 * @param next where the search goes on; null at its end
 */
export function nextPlace(world: World, asked: Place | undefined, next: Place | null): Place | null {
  const { searchCursors } = world.faults;
  if (searchCursors === 'onward') return next;
  const total = next?.total ?? asked?.total ?? 0;
  // `a` shows the first page again, and `b` the first but one.
  const isAtA = asked?.position === 0;
  return { position: searchCursors === 'circle' && isAtA ? 1 : 0, total };
}
