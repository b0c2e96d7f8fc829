/** Writes a call into the log when it arrives, and how it was answered when the answer has left. */
import type { Response } from 'express';
import type { CallName, CallRecorder } from './call-log.js';

export function logged(calls: CallRecorder, name: CallName, response: Response): void {
  const call = calls.arrived(name);
  response.once('finish', () => {
    call.status = response.statusCode;
    call.durationMs = Date.now() - call.at.getTime();
  });
}
