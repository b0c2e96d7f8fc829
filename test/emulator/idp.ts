/** An IdP's side of a SCIM connection: requests with the bearer token under its base_url. */
export interface ScimReply {
  readonly status: number;
  /** null when there is none. */
  readonly body: ScimBody;
}

/** What tests look at in the many shapes of SCIM answers. */
export interface ScimBody {
  readonly id: string;
  readonly totalResults: number;
  readonly Resources: readonly ScimBody[];
  readonly members: readonly { readonly value: string }[];
  readonly meta: { readonly location: string };
}

export type Idp = (method: string, path: string, body?: object) => Promise<ScimReply>;

export function idp(connection: { readonly base_url: string; readonly bearer_token: string }): Idp {
  return async (method, path, body) => {
    const response = await fetch(urlOf(connection.base_url, path), {
      method,
      headers: { authorization: `Bearer ${connection.bearer_token}`, 'content-type': 'application/scim+json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: JSON.parse((await response.text()) || 'null') };
  };
}

/** Entra's flag is part of the base_url: the path goes before it, other parameters behind it. */
function urlOf(baseUrl: string, path: string): URL {
  const base = new URL(baseUrl);
  const [pathname = '', query] = path.split('?');
  const url = new URL(base.pathname + pathname, base);
  url.search = [base.search.slice(1), query].filter(Boolean).join('&');
  return url;
}

export const filter = (expression: string): string => `filter=${encodeURIComponent(expression)}`;
