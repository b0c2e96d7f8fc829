import { knownPermissions } from '../permissions.js';

/** What holders of a role may do: a box for each known permission, a line for each other. */
export function PermissionFields({ permissions }: { permissions: readonly string[] }) {
  const isKnown = (one: string) => knownPermissions.some(({ name }) => name === one);
  return (
    <>
      <fieldset>
        <legend class="sr">Known permissions</legend>
        {knownPermissions.map(({ name, meaning }) => (
          <label key={name}>
            <input type="checkbox" name="permissions" value={name} checked={permissions.includes(name)} /> {name}
            <span class="quiet"> – {meaning}</span>
          </label>
        ))}
      </fieldset>
      <label>
        Others, one a line, as the Roles page of Scanner spells them
        <textarea name="morePermissions" rows={3} maxLength={5000}>
          {permissions.filter((one) => !isKnown(one)).join('\n')}
        </textarea>
      </label>
    </>
  );
}
