import { B2BClient } from 'stytch';
import { connectDatabase } from '../../src/database/database.js';
import { roleValuesOf } from '../../src/directory/role-values.js';
import { consume } from '../../src/queue/consume.js';
import { parseHint } from '../../src/queue/jobs.js';
import { answer } from './answering.js';

type Options = { redisUrl: string; databaseUrl: string; stytch: { projectId: string; secret: string; url: string } };

/** The obvious design: for each event one members.get and one ORM transaction. What ours is measured against. */
answer({
  start: async ({ redisUrl, databaseUrl, stytch }: Options) => {
    console.warn = () => {};
    const database = connectDatabase(databaseUrl, { connections: 10 });
    const client = new B2BClient({ project_id: stytch.projectId, secret: stytch.secret, env: stytch.url });
    const handle = async ({ data }: { data: unknown }) => {
      const { memberIds, organizationId } = parseHint(data);
      const { member } = await client.organizations.members.get({
        organization_id: String(organizationId),
        member_id: String(memberIds[0]),
      });
      await database.$transaction(async (tx) => {
        const team = await tx.team.findUniqueOrThrow({ where: { stytchOrganizationId: member.organization_id } });
        const profile = { email: member.email_address, name: member.name, status: 'active' };
        const user = await tx.user.upsert({
          where: { stytchMemberId: member.member_id },
          create: { ...profile, teamId: team.id, stytchMemberId: member.member_id },
          update: profile,
        });
        const values = roleValuesOf(member as unknown as Record<string, unknown>);
        await tx.idpRoleValue.deleteMany({ where: { userId: user.id } });
        await tx.idpRoleValue.createMany({ data: values.map((value) => ({ ...value, userId: user.id })) });
        const roles = await tx.role.findMany({
          where: { teamId: team.id, name: { in: values.map(({ value }) => `scim:${value}`) } },
        });
        await tx.roleGrant.deleteMany({ where: { userId: user.id, source: 'scim' } });
        await tx.roleGrant.createMany({
          data: roles.map(({ id }) => ({ userId: user.id, roleId: id, source: 'scim' })),
        });
        await tx.syncEvent.create({ data: { trigger: 'hint', outcome: 'changed', teamId: team.id, userId: user.id } });
      });
    };
    // As many at once as its connections and Stytch's patience allow: more makes it no faster.
    consume({ redisUrl, databaseUrl }, 'hints', handle, { concurrency: 50, onError: () => {}, onFailed: () => {} });
  },
});
