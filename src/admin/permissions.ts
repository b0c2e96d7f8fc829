/**
 * The permissions that Scanner's own pages are known to use; others are typed in. A role's permissions are text to us:
 * Scanner gives them their meaning.
 */
export const knownPermissions = [
  { name: 'Query', meaning: 'search logs' },
  { name: 'Read', meaning: 'see indexes and what is in them' },
  { name: 'Create Detection Rule', meaning: 'add detection rules' },
  { name: 'Update all Detection Rules', meaning: 'change detection rules of the whole team' },
  { name: 'Admin', meaning: 'everything, including all of the above' },
] as const;

/** As many as can be given to a role here. Who writes the row otherwise may give more; no answer carries them. */
export const permissionsMax = 100;
