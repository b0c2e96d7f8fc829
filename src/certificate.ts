/** What to do about a database whose certificate was refused, by the code of the failure; null when that is not the problem. */
export function certificateProblem(code: string): string | null {
  if (!/CERT|VERIFY|ISSUER|ALTNAME|TlsConnection/.test(code)) return null;
  return `The database's certificate was not accepted (${code}). In DATABASE_URL, sslrootcert must name the file of the authority that signed it, and the host must be the one that it is for.`;
}
