/** What to do about a TLS certificate that we rejected, by the error's code. Null for any other error. */
export function certificateProblem(code: string): string | null {
  if (!/CERT|VERIFY|ISSUER|ALTNAME|TlsConnection/.test(code)) return null;
  return `A certificate was not accepted (${code}). PostgreSQL: set sslrootcert in DATABASE_URL to the file of the CA that signed it. Redis and Stytch: set NODE_EXTRA_CA_CERTS to that file. The certificate must be for the host that we connect to.`;
}
