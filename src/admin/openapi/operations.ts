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

/** One method of one address of /api/scim. */
export type Operation = {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  path: string;
  summary: string;
  /** On `stytch.scim`, in the Stytch project's policy. */
  permission: ScimAction;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** By HTTP status; `text/csv` for a file. */
  answers: Record<number, z.ZodType | 'text/csv'>;
  /** Beside those that every operation can end with. */
  errors: RefusalCode[];
  /** `?preview=true` shows the effect and changes nothing. */
  canPreview?: true;
};

const connection: RefusalCode[] = ['no_connection', 'stytch_refused'];

export const operations: Operation[] = [
  {
    method: 'get',
    path: '/connection',
    summary: "The team's SCIM connection",
    permission: 'get',
    answers: { 200: answers.connection },
    errors: connection,
  },
  {
    method: 'post',
    path: '/connection',
    summary: 'Create the connection; the answer holds its bearer token, this once',
    permission: 'create',
    body: newConnection,
    answers: { 201: answers.createdConnection },
    errors: ['bad_input', 'connection_exists', 'token_lost', 'stytch_refused'],
  },
  {
    method: 'patch',
    path: '/connection',
    summary: 'Rename the connection',
    permission: 'update',
    body: renaming,
    answers: { 200: answers.connection },
    errors: ['bad_input', ...connection],
  },
  {
    method: 'delete',
    path: '/connection',
    summary: 'Delete the connection',
    permission: 'delete',
    answers: { 200: answers.deletedConnection },
    errors: connection,
  },
  {
    method: 'post',
    path: '/connection/rotation',
    summary: 'Start a token rotation; the answer holds the new token, this once',
    permission: 'update',
    answers: { 201: answers.startedRotation },
    errors: ['rotating', ...connection],
  },
  {
    method: 'put',
    path: '/connection/rotation',
    summary: 'Complete the rotation: the new token takes effect, the old one no longer works',
    permission: 'update',
    body: completing,
    answers: { 200: answers.connection },
    errors: ['bad_input', 'not_rotating', 'token_differs', ...connection],
  },
  {
    method: 'delete',
    path: '/connection/rotation',
    summary: 'Cancel the rotation: the old token stays',
    permission: 'update',
    answers: { 200: answers.connection },
    errors: ['not_rotating', ...connection],
  },
  {
    method: 'get',
    path: '/roles',
    summary: 'The names of roles that the identity provider sends, and the scim roles of the team',
    permission: 'get',
    query: rolesQuery,
    answers: { 200: answers.roles },
    errors: ['bad_input'],
  },
  {
    method: 'post',
    path: '/roles',
    summary: 'Create a scim role',
    permission: 'update',
    body: newRole,
    canPreview: true,
    answers: { 200: answers.rolePreview, 201: answers.writtenRole },
    errors: ['bad_input', 'role_exists', 'changed_meanwhile'],
  },
  {
    method: 'patch',
    path: '/roles/{id}',
    summary: 'Rename a scim role, or change its permissions',
    permission: 'update',
    body: roleChange,
    canPreview: true,
    answers: { 200: answers.writtenRole.or(answers.rolePreview) },
    errors: ['bad_input', 'not_found', 'role_exists', 'changed_meanwhile'],
  },
  {
    method: 'delete',
    path: '/roles/{id}',
    summary: 'Delete a scim role and all its grants',
    permission: 'update',
    body: roleDeletion,
    canPreview: true,
    answers: { 200: answers.writtenRole.or(answers.rolePreview) },
    errors: ['bad_input', 'not_found', 'changed_meanwhile'],
  },
  {
    method: 'get',
    path: '/people',
    summary: 'The users of the team, what the identity provider sends for each, and the roles that follow',
    permission: 'get',
    query: peopleQuery,
    answers: { 200: answers.peoplePage },
    errors: ['bad_input'],
  },
  {
    method: 'get',
    path: '/activity',
    summary: 'What changed, when and why, and what admins did; the newest first',
    permission: 'get',
    query: activityQuery,
    answers: { 200: answers.activity },
    errors: ['bad_input'],
  },
  {
    method: 'get',
    path: '/activity.csv',
    summary: 'The same as a file',
    permission: 'get',
    query: activityQuery,
    answers: { 200: 'text/csv' },
    errors: ['bad_input'],
  },
  {
    method: 'get',
    path: '/health',
    summary: 'How long changes take, what waits, what is held',
    permission: 'get',
    answers: { 200: answers.health },
    errors: [],
  },
  {
    method: 'get',
    path: '/setup',
    summary: 'How far the set-up has come, and misconfigurations that were seen',
    permission: 'get',
    answers: { 200: answers.setup },
    errors: ['stytch_refused'],
  },
];
