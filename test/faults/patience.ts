/** Less than the SLA of 300 s, and much for a machine that is slow and busy; what it takes on a good one is in test/faults/README.md. */
export const patienceMs = 240_000;
