/** Writes a call into the log when it arrives, and how it ended when it ends. */
import type { Response } from 'express';
import type { CallName, CallRecorder } from './call-log.js';

export function logged(calls: CallRecorder, name: CallName, response: Response): void {
  const call = calls.arrived(name);
  response.once('close', () => {
    call.status = response.writableFinished ? response.statusCode : null;
    call.durationMs = Date.now() - call.at.getTime();
  });
}
