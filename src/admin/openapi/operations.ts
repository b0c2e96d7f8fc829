import type { z } from 'zod';
import type { RefusalCode } from '../../http/refusal.js';
import type { ScimAction } from '../authorize.js';
import {
  activityQuery,
  completing,
  newConnection,
  newRole,
  peopleQuery,
  renaming,
  roleChange,
  roleDeletion,
  rolesQuery,
} from '../input.js';
import * as answers from './answers.js';

/** A route of /api/scim, with what the OpenAPI document says about it. */
export type Operation = {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  path: string;
  summary: string;
  /** The action on `stytch.scim` that the person needs. */
  permission: ScimAction;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** By HTTP status. `text/csv`: a file. */
  answers: Record<number, z.ZodType | 'text/csv'>;
  /** In addition to the errors of all operations. */
  errors: readonly RefusalCode[];
  /** `?preview=true` shows the effect and changes nothing. */
  canPreview?: true;
};

const connection: RefusalCode[] = ['no_connection', 'stytch_refused'];

/** All routes of /api/scim, by name. routes.ts adds a handler to each. */
export const operations = {
  readConnection: {
    method: 'get',
    path: '/connection',
    summary: "The team's SCIM connection",
    permission: 'get',
    answers: { 200: answers.connection },
    errors: connection,
  },
  createConnection: {
    method: 'post',
    path: '/connection',
    summary: 'Create the connection. The answer holds its bearer token, this once',
    permission: 'create',
    body: newConnection,
    answers: { 201: answers.createdConnection },
    errors: ['bad_input', 'connection_exists', 'token_lost', 'stytch_refused'],
  },
  renameConnection: {
    method: 'patch',
    path: '/connection',
    summary: 'Rename the connection',
    permission: 'update',
    body: renaming,
    answers: { 200: answers.connection },
    errors: ['bad_input', ...connection],
  },
  deleteConnection: {
    method: 'delete',
    path: '/connection',
    summary: 'Delete the connection',
    permission: 'delete',
    answers: { 200: answers.deletedConnection },
    errors: connection,
  },
  startRotation: {
    method: 'post',
    path: '/connection/rotation',
    summary: 'Start a token rotation. The answer holds the new token, this once',
    permission: 'update',
    answers: { 201: answers.startedRotation },
    errors: ['rotating', ...connection],
  },
  completeRotation: {
    method: 'put',
    path: '/connection/rotation',
    summary: 'Complete the rotation: the new token takes effect, and the old one no longer works',
    permission: 'update',
    body: completing,
    answers: { 200: answers.connection },
    errors: ['bad_input', 'not_rotating', 'token_differs', ...connection],
  },
  cancelRotation: {
    method: 'delete',
    path: '/connection/rotation',
    summary: 'Cancel the rotation: the old token still works',
    permission: 'update',
    answers: { 200: answers.connection },
    errors: ['not_rotating', ...connection],
  },
  readRoles: {
    method: 'get',
    path: '/roles',
    summary: 'The role values that the identity provider sends, and the scim roles of the team',
    permission: 'get',
    query: rolesQuery,
    answers: { 200: answers.roles },
    errors: ['bad_input'],
  },
  createRole: {
    method: 'post',
    path: '/roles',
    summary: 'Create a scim role',
    permission: 'update',
    body: newRole,
    canPreview: true,
    answers: { 200: answers.rolePreview, 201: answers.writtenRole },
    errors: ['bad_input', 'role_exists', 'changed_meanwhile'],
  },
  changeRole: {
    method: 'patch',
    path: '/roles/{id}',
    summary: 'Rename a scim role, or change its permissions',
    permission: 'update',
    body: roleChange,
    canPreview: true,
    answers: { 200: answers.writtenRole.or(answers.rolePreview) },
    errors: ['bad_input', 'not_found', 'role_exists', 'changed_meanwhile'],
  },
  deleteRole: {
    method: 'delete',
    path: '/roles/{id}',
    summary: 'Delete a scim role and all its grants',
    permission: 'update',
    body: roleDeletion,
    canPreview: true,
    answers: { 200: answers.writtenRole.or(answers.rolePreview) },
    errors: ['bad_input', 'not_found', 'changed_meanwhile'],
  },
  readPeople: {
    method: 'get',
    path: '/people',
    summary: 'The users of the team, with their role values and roles',
    permission: 'get',
    query: peopleQuery,
    answers: { 200: answers.peoplePage },
    errors: ['bad_input'],
  },
  readActivity: {
    method: 'get',
    path: '/activity',
    summary: 'What changed, when and why, and what admins did, newest first',
    permission: 'get',
    query: activityQuery,
    answers: { 200: answers.activity },
    errors: ['bad_input'],
  },
  exportActivity: {
    method: 'get',
    path: '/activity.csv',
    summary: 'The same as a file',
    permission: 'get',
    query: activityQuery,
    answers: { 200: 'text/csv' },
    errors: ['bad_input'],
  },
  readHealth: {
    method: 'get',
    path: '/health',
    summary: 'The lag of changes, the oldest waiting event, held changes',
    permission: 'get',
    answers: { 200: answers.health },
    errors: [],
  },
  readSetup: {
    method: 'get',
    path: '/setup',
    summary: 'The progress of the set-up, and misconfigurations',
    permission: 'get',
    answers: { 200: answers.setup },
    errors: ['stytch_refused'],
  },
} as const satisfies Record<string, Operation>;

export type OperationName = keyof typeof operations;
