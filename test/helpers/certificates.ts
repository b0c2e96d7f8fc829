import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './folders.js';

/** An authority of our own, and a certificate by it for one host; made anew for each test run. */
export function makeCertificates(host = 'localhost'): { authority: string; certificate: string; key: string } {
  const folder = temporaryFolder('certificates');
  const file = (name: string) => join(folder, name);
  const openssl = (...words: string[]) => execFileSync('openssl', words, { cwd: folder, stdio: 'pipe' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...newKey,
    '-keyout',
    'ca.key',
    '-out',
    'ca.crt',
    '-days',
    '2',
    '-subj',
    '/CN=Test authority',
  );
  openssl('req', ...newKey, '-keyout', 'server.key', '-out', 'server.csr', '-subj', `/CN=${host}`);
  writeFileSync(file('names'), `subjectAltName=DNS:${host}`);
  const by = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial'];
  openssl('x509', '-req', '-in', 'server.csr', ...by, '-out', 'server.crt', '-days', '2', '-extfile', 'names');
  const text = (name: string) => readFileSync(file(name), 'utf8');
  return { authority: file('ca.crt'), certificate: text('server.crt'), key: text('server.key') };
}
