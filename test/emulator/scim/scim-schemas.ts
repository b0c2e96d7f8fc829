/** The SCIM library's User and Group schemas, relaxed where they refuse what IdPs send. */
import SCIMMY from 'scimmy';

/** The library keeps its schemas for the whole process: prepared once, when the first SCIM server needs them. */
export function scimSchemas(): typeof SCIMMY.Schemas {
  const { User, EnterpriseUser, Group } = SCIMMY.Schemas;
  if (!User.definition.attributes.some((attribute) => 'id' in attribute && attribute.id === EnterpriseUser.id)) {
    User.definition.extend(EnterpriseUser.definition);
    relaxTypes(User.definition.attributes);
    relaxTypes(Group.definition.attributes);
  }
  return SCIMMY.Schemas;
}

/** Canonical values are suggestions in RFC 7643 7, but the library refuses others, and any `type` of a role. */
function relaxTypes(attributes: readonly SCIMMY.Types.Attribute[]): void {
  for (const attribute of attributes) {
    for (const sub of attribute.subAttributes ?? []) {
      if (sub.name === 'type') sub.config.canonicalValues = false;
    }
  }
}
