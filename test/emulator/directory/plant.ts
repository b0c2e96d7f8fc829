/** Lays what a test planted over an answer: objects are merged, anything else replaces; JSON drops `undefined`. */
import type { Patch } from '../store/records.js';

export function plant<T extends object>(answer: T, patch: Patch): T {
  const planted: Record<string, unknown> = Object.fromEntries(Object.entries(answer));
  for (const [key, value] of Object.entries(patch)) {
    const below = planted[key];
    planted[key] = isObject(value) && isObject(below) ? plant(below, value) : value;
  }
  // A lie on purpose: hostile data does not keep to the type.
  return planted as T;
}

function isObject(value: unknown): value is Patch {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
