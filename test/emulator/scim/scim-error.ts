/** Errors of the SCIM protocol, from the library's errors and from Stytch's. */
import SCIMMY from 'scimmy';
import { ApiError } from '../errors.js';

export function scimError(status: number, detail: string, scimType = ''): SCIMMY.Types.SCIMError {
  return new SCIMMY.Types.Error(status, scimType, detail);
}

/** The status and the message to answer; undefined for what is the emulator's own mistake. */
export function errorMessage(error: unknown): { status: number; body: object } | undefined {
  const { status, scimType, detail } = describe(error) ?? {};
  if (status === undefined) return undefined;
  const schemas = [SCIMMY.Messages.ErrorResponse.id];
  return { status, body: { schemas, status: String(status), ...(scimType ? { scimType } : {}), detail } };
}

function describe(error: unknown): { status: number; scimType?: string; detail: string } | undefined {
  if (error instanceof ApiError) return fromApi(error);
  if (error instanceof SCIMMY.Types.Error) {
    return { status: error.status, scimType: error.scimType, detail: error.message };
  }
  // The library's schemas throw TypeErrors at values that do not fit them.
  if (error instanceof TypeError) return { status: 400, scimType: 'invalidValue', detail: error.message };
  return undefined;
}

function fromApi({ status, errorType, message: detail }: ApiError) {
  if (errorType === 'duplicate_member_email' || errorType === 'retired_member_email') {
    return { status: 409, scimType: 'uniqueness', detail };
  }
  return status === 400 ? { status, scimType: 'invalidValue', detail } : { status, detail };
}
