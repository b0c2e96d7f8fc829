/** Memory in use, and its limit. Null: no limit. */
export type StoreMemory = { usedBytes: number; maxBytes: number | null };

/** From Redis' answer to INFO memory. */
export function memoryIn(info: string): StoreMemory {
  const bytes = (name: string) => Number(fieldIn(info, name) ?? 0);
  return { usedBytes: bytes('used_memory'), maxBytes: bytes('maxmemory') || null };
}

/** A field of INFO. Null when this Redis does not report it. */
export function fieldIn(info: string, name: string): string | null {
  return new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? null;
}
