/** What every SCIM resource type answers to: the verbs of RFC 7644. */
export interface ScimResource {
  list(query: Query): object;
  read(id: string, query: Query): object;
  create(body: unknown): object;
  replace(id: string, body: unknown): object;
  patch(id: string, body: unknown): Promise<object>;
  remove(id: string): void;
}

export type Query = Readonly<Record<string, unknown>>;
