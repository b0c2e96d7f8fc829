/**
 * The known permissions of Scanner. Admins can type others, because a permission is only a text here: Scanner defines its
 * meaning.
 */
export const knownPermissions = [
  { name: 'Query', meaning: 'search logs' },
  { name: 'Read', meaning: 'see indexes and what is in them' },
  { name: 'Create Detection Rule', meaning: 'add detection rules' },
  { name: 'Update all Detection Rules', meaning: 'change detection rules of the whole team' },
  { name: 'Admin', meaning: 'everything, including all of the above' },
] as const;

/** A role can have at most this many here. Other writers of the row may add more, but no answer shows them. */
export const permissionsMax = 100;
