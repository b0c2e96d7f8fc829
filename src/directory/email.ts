/**
 * Are these the same e-mail address? Folded here and nowhere else, by Unicode's own rules: PostgreSQL's lower() depends on
 * the locale of the server. SQL only narrows the candidates down (`email_key`), to those who also agree in their ASCII part.
 */
export function isSameEmail(a: string, b: string): boolean {
  return fold(a) === fold(b);
}

function fold(email: string): string {
  return email.normalize('NFC').toLowerCase();
}
