/** Writes a call into the log when it arrives, and how it was answered when the answer has left. */
import type { Response } from 'express';
import type { CallRecorder, NamedCall } from './call-log.js';

export function logged(calls: CallRecorder, named: NamedCall, response: Response): void {
  const call = calls.arrived(named);
  response.once('finish', () => {
    call.status = response.statusCode;
    call.durationMs = Date.now() - call.at.getTime();
  });
}
