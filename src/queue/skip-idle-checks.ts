type Checking = {
  getCounts(states: string[]): Promise<number[]>;
  moveStalledJobsToWait(): Promise<string[]>;
};

/**
 * Skips the check for stalled jobs while no job is active. A job that a dead worker leaves behind is active, so nothing is
 * missed. The check itself is eight commands and two writes, and each queue makes it every 5 s: of an idle system it was half of
 * Redis' commands and all that Redis wrote to its log (BullMQ 6.7).
 */
export function skipIdleChecks(worker: { getBackend(): unknown }): void {
  const backend = worker.getBackend() as Checking;
  const check = backend.moveStalledJobsToWait.bind(backend);
  backend.moveStalledJobsToWait = async () => {
    const [active = 0] = await backend.getCounts(['active']);
    return active > 0 ? check() : [];
  };
}
