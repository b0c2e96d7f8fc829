/** Applies a SCIM PATCH to a resource; the library knows the semantics. */
import SCIMMY from 'scimmy';
import { normalisePatch } from './quirks.js';
import { scimError } from './scim-error.js';

type PatchRequest = ConstructorParameters<typeof SCIMMY.Messages.PatchOp>[0];

/** The resource as it would be afterwards. */
export async function applyPatch(resource: SCIMMY.Types.Schema, body: unknown): Promise<Record<string, unknown>> {
  const request = normalisePatch(body, toJson(resource));
  if (!isRequest(request)) throw scimError(400, 'A PatchOp message is expected', 'invalidSyntax');
  // Without changes the library answers nothing.
  return toJson((await new SCIMMY.Messages.PatchOp(request).apply(resource)) ?? resource);
}

export function toJson(resource: object): Record<string, unknown> {
  return JSON.parse(JSON.stringify(resource));
}

/** The library checks the rest of the message itself. */
function isRequest(body: unknown): body is PatchRequest {
  return typeof body === 'object' && body !== null;
}
