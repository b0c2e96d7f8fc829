/** What to do about a certificate that we refused, by the code of the failure; null when that is not the problem. */
export function certificateProblem(code: string): string | null {
  if (!/CERT|VERIFY|ISSUER|ALTNAME|TlsConnection/.test(code)) return null;
  return `A certificate was not accepted (${code}). PostgreSQL: in DATABASE_URL, sslrootcert must name the file of the authority that signed it. Redis and Stytch: NODE_EXTRA_CA_CERTS must name it. The host must be the one that the certificate is for.`;
}
