import type { Permission } from '../stytch/people.js';

/** How `scanner.support` may be written in the Stytch project's policy: the action of a resource, or the resource itself. */
export const supportPermissions: readonly Permission[] = [
  { resource: 'scanner', action: 'support' },
  { resource: 'scanner.support', action: 'access' },
];
