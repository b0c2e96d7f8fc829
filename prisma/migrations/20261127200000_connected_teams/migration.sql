-- The rule of which teams are connected: SCIM is switched on, and a Stytch organization is linked. Workers sweep these teams.
CREATE VIEW "scim_connected_teams" AS
  SELECT id FROM teams WHERE sso_scim_enabled AND stytch_organization_id IS NOT NULL;
