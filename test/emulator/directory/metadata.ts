/** The limits of trusted_metadata and untrusted_metadata. */
import { apiError } from '../errors.js';

const KEYS_MAX = 20;
const BYTES_MAX = 4096;

export function assertMetadata(...metadata: (object | undefined)[]): void {
  for (const each of metadata) {
    if (each === undefined) continue;
    if (Object.keys(each).length > KEYS_MAX) throw apiError('metadata_too_many_keys');
    if (Buffer.byteLength(JSON.stringify(each)) > BYTES_MAX) throw apiError('metadata_too_large');
  }
}
