import { roleMatcher, type TeamRole } from '../../src/directory/role-matching.js';

const matchRole = (value: string, roles: readonly TeamRole[]) => roleMatcher(roles)(value);

const role = (name: string) => ({ id: `id of ${name}`, name, permissions: [] });

it('scim: and exactly the value is a match, and never a near miss', () => {
  const roles = [role('scanner_analyst'), role('scim:Scanner_Analyst'), role('scim:scanner_analyst')];
  expect(matchRole('scanner_analyst', roles)).toEqual({ role: role('scim:scanner_analyst'), nearMiss: null });
});

it.each([
  ['scanner_analyst', 'scanner_analyst', ['prefix']],
  ['scanner_analyst', 'scim:Scanner_Analyst', ['case']],
  ['scanner_analyst', 'SCIM:scanner_analyst', ['prefix']],
  ['scanner_analyst', 'scim: scanner_analyst', ['spaces']],
  ['scanner_analyst', ' scim:scanner_analyst', ['prefix']],
  ['scanner_analyst', 'scim:scanner_analyst ', ['spaces']],
  ['Scanner Analyst', 'scim:scanner analyst', ['case']],
  ['Scanner Analyst', 'scim:scanneranalyst', ['case', 'spaces']],
  ['Scanner Analyst', 'scim:Scanner_Analyst', ['punctuation']],
  ['scanner-analyst', 'Scanner_Analyst', ['prefix', 'punctuation']],
  ['log search admin', 'scim:logsearchadmin', ['spaces']],
  ['scanner\u2013analyst', 'scim:scanner-analyst', ['punctuation']],
  ['scanner\u2212analyst', 'scim:scanner_analyst', ['punctuation']],
  ['caf\u00e9', 'scim:cafe\u0301', ['characters']],
  ['ana\u200blyst', 'scim:analyst', ['characters']],
  ['\ufeffanalyst', 'analyst', ['prefix', 'characters']],
  ['analyst,admin', 'scim:admin', ['list']],
  ['analyst; admin', 'scim:analyst', ['list']],
  ['analyst; admin', 'scim:admin', ['list']],
])('%s and %s are a near miss: %j', (value, name, because) => {
  expect(matchRole(value, [role(name)])).toEqual({ role: null, nearMiss: { role: role(name), because } });
});

it.each([
  ['scanner_analyst', 'scim:scanner_analysts'],
  ['analyst', 'scim:scanner_analyst'],
  ['admin', 'Administrator'],
  ['-', 'scim:_'],
  ['teamanalyst', 'team scim:analyst'],
  ['analyst,', 'scim:'],
  ['analyst,', 'scim:analyst'],
  ['analyst,admin', 'admin'],
  ['\u200b', 'scim:\u200c'],
])('%s and %s are neither a match nor a near miss', (value, name) => {
  expect(matchRole(value, [role(name)])).toEqual({ role: null, nearMiss: null });
});

it('of several near misses it names the nearest one, always the same', () => {
  const roles = [role('Scanner_Analyst'), role('scim:SCANNER_ANALYST'), role('scim:Scanner_Analyst')];
  for (const order of [roles, [...roles].reverse()]) {
    expect(matchRole('scanner_analyst', order).nearMiss?.role.name).toBe('scim:SCANNER_ANALYST');
  }
});
