import type { Permission } from '../stytch/people.js';

/** The permission `scanner.support`. The Stytch project's policy may write it as an action of a resource, or as a resource. */
export const scannerSupport: readonly Permission[] = [
  { resource: 'scanner', action: 'support' },
  { resource: 'scanner.support', action: 'access' },
];
