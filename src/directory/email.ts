/**
 * True if both are the same e-mail address, ignoring case. Only this function decides that, by the rules of Unicode:
 * PostgreSQL's lower() depends on the server's locale. SQL (`email_key`) only preselects candidates by their ASCII part.
 */
export function isSameEmail(a: string, b: string): boolean {
  return fold(a) === fold(b);
}

function fold(email: string): string {
  return email.normalize('NFC').toLowerCase();
}
