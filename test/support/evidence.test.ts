import { createHash } from 'node:crypto';
import { type EvidenceFormat, evidenceWriter } from '../../src/support/export/evidence-file.js';
import type { Leaver } from '../../src/support/export/leavers.js';
import { compareHeads, parseHeads, verifyEvidence } from '../../src/support/export/verify-evidence.js';

const start = '0'.repeat(64);
const sha256 = (...lines: unknown[]) =>
  createHash('sha256')
    .update(lines.map((one) => one ?? '').join('\n'))
    .digest('hex');

/** A line as the database writes it, by format.md. */
function leaver(previous: string, change: Partial<Leaver> = {}): Leaver {
  const one = {
    ...{ user_id: 'user-1', stytch_member_id: 'member-1', email: 'ada@acme.example', trigger: 'hint' },
    ...{ event_type: 'scim.member.delete', event_id: 'event-1', svix_id: 'msg_1', evidence: 'says_gone' },
    ...{ event_sent: '2026-11-24T09:00:00.000Z', received: '2026-11-24T09:00:00.100Z' },
    ...{
      committed: '2026-11-24T09:00:00.500Z',
      seconds_from_event_to_commit: 0.5,
      grants_revoked: 1,
      keys_revoked: 2,
      sessions_revoked: null,
    },
    ...{ confirmed: '2026-11-24T09:00:05.000Z', returned: null, line: 1, salt: 'salt' },
    ...change,
  };
  const identity = sha256(one.salt, one.stytch_member_id, one.email);
  const { line, user_id, trigger, event_type, event_id, svix_id, evidence, event_sent, received, committed } = one;
  const { grants_revoked, keys_revoked } = one;
  const entry_hash = sha256(
    ...[previous, line, user_id, identity, trigger, event_type, event_id, svix_id, evidence],
    ...[event_sent, received, committed, grants_revoked, keys_revoked],
  );
  return { ...one, identity, entry_hash };
}

function chainOf(...changes: Partial<Leaver>[]): Leaver[] {
  const chain: Leaver[] = [];
  for (const change of changes) {
    chain.push(leaver(chain.at(-1)?.entry_hash ?? start, { line: chain.length + 1, ...change }));
  }
  return chain;
}

function writeEvidence(
  leavers: readonly Leaver[],
  format: EvidenceFormat,
  previous = start,
): { text: string; head: string } {
  const about = {
    team: 'team-1',
    since: '2026-11-01T00:00:00.000Z',
    recordBegins: '2026-10-01T00:00:00.000Z',
    previous,
  };
  const writer = evidenceWriter(format);
  const lines = [...writer.begin(about), ...leavers.map(writer.add), writer.end()];
  expect(writer.written().leavers).toBe(leavers.length);
  return { text: `${lines.join('\n')}\n`, head: writer.written().head };
}

const leavers = chainOf({}, { user_id: 'user-2', email: '=cmd()"x",@a' }, { user_id: 'user-3' });

describe.each(['csv', 'jsonl'] as const)('as %s', (format) => {
  const { text, head } = writeEvidence(leavers, format);
  const lines = text.trimEnd().split('\n');
  const first = format === 'csv' ? 1 : 0;
  const joined = (changed: string[]) => `${changed.join('\n')}\n`;

  it('verifies an untouched file and returns its hash, also with another line ending', () => {
    expect(verifyEvidence(text)).toMatchObject({ leavers: 3, head });
    expect(verifyEvidence(text.replaceAll('\n', '\r\n'))).toMatchObject({ leavers: 3, head });
    expect(verifyEvidence(writeEvidence([], format).text)).toMatchObject({ leavers: 0 });
  });

  it('verifies the lines of people who were erased, and names that look like formulas', () => {
    const [first, second, third] = leavers as [Leaver, Leaver, Leaver];
    const erased = { ...first, stytch_member_id: null, email: null, salt: null };
    expect(verifyEvidence(writeEvidence([erased, second, third], format).text)).toMatchObject({ leavers: 3 });
    const odd = chainOf(
      { email: "'=a@x.example" },
      { email: "''+b@x.example" },
      { user_id: null, email: 'c,"d"@x.example' },
    );
    expect(verifyEvidence(writeEvidence(odd, format).text)).toMatchObject({ leavers: 3 });
  });

  it('verifies what version 0.1 wrote', () => {
    const cut = ['line', 'identity', 'salt', 'entry_hash'];
    const old =
      format === 'csv' ? rewritten((line) => line.split(',').slice(0, -5).join(',')) : rewritten(withoutCells(cut));
    expect(verifyEvidence(old.replace(/^user_id.*$/m, (line) => line.replace(`,${cut.join(',')}`, '')))).toMatchObject({
      leavers: 3,
    });
  });

  it.each<[string, (all: Leaver[]) => Leaver[]]>([
    ['a missing entry', (all) => all.toSpliced(1, 1)],
    ['a changed time', (all) => all.with(1, { ...(all[1] as Leaver), committed: '2026-11-24T09:00:00.400Z' })],
    ['another member', (all) => all.with(0, { ...(all[0] as Leaver), stytch_member_id: 'member-9' })],
    ['another e-mail', (all) => all.with(2, { ...(all[2] as Leaver), email: 'eve@acme.example' })],
  ])('finds %s also in a file that was written anew with it', (_, edit) => {
    expect(() => verifyEvidence(writeEvidence(edit(leavers), format).text)).toThrow('not what the database recorded');
  });

  it('finds a chain that was made anew in the database, by heads that were noted outside', () => {
    const noted = [{ team: 'team-1', line: 2, hash: String(leavers[1]?.entry_hash) }];
    const elsewhere = { team: 'team-2', line: 2, hash: 'other' };
    const asFile = noted.map((head) => JSON.stringify(head)).join('\n');
    const asLog = JSON.stringify({ level: 30, msg: 'heads of the evidence', heads: [...noted, elsewhere] });
    for (const kept of [asFile, `something else\n${asLog}`]) {
      expect(compareHeads(verifyEvidence(text), parseHeads(kept))).toBe(1);
      const anew = chainOf({}, { user_id: 'user-9' }, { user_id: 'user-3' });
      expect(() => compareHeads(verifyEvidence(writeEvidence(anew, format).text), parseHeads(kept))).toThrow(
        'The chain was made anew: entry 2',
      );
    }
  });

  it.each([
    [
      'an edited line',
      (all: string[]) => all.with(first + 1, String(all[first + 1]).replace('09:00:00.500', '09:00:00.400')),
    ],
    ['a missing line', (all: string[]) => all.toSpliced(first + 2, 1)],
    ['a line that was added', (all: string[]) => all.toSpliced(first + 2, 0, String(all[first + 1]))],
    [
      'lines that changed places',
      (all: string[]) => all.with(first + 1, String(all[first + 2])).with(first + 2, String(all[first + 1])),
    ],
    [
      'an edited hash',
      (all: string[]) => all.with(first + 1, String(all[first + 1]).replace(/[0-9a-f]{8}(?="?\}?$)/, '00000000')),
    ],
    ['the last lines cut off', (all: string[]) => all.slice(0, -2)],
    ['the first line cut off', (all: string[]) => all.toSpliced(first, 1)],
    [
      'another time span claimed',
      (all: string[]) => all.with(first, String(all[first]).replace('2026-11-01', '2026-10-01')),
    ],
    ['nothing', () => []],
  ])('finds %s', (_, edit) => {
    expect(() => verifyEvidence(joined(edit(lines)))).toThrow(/chain breaks at line \d|Lines are missing/);
  });

  /** The same leavers with other content, chained again. */
  function rewritten(change: (content: string) => string): string {
    const about = 'Scanner SCIM: leavers of team team-1 since 2026-11-01T00:00:00.000Z';
    const cells = ','.repeat(format === 'csv' ? 16 : 0);
    const alone = (said: string) => (format === 'csv' ? `${said}${cells}` : JSON.stringify({ about: said }));
    let previous = start;
    const contents = [alone(about), ...lines.slice(first + 1, -1).map(change), alone('end of 3 leavers')];
    const chained = contents.map((content) => {
      previous = sha256(previous, content);
      return format === 'csv' ? `${content},${previous}` : `${content.slice(0, -1)},"hash":"${previous}"}`;
    });
    return joined([...lines.slice(0, first), ...chained]);
  }

  it('names the line where the chain breaks', () => {
    const edited = lines.with(first + 2, String(lines[first + 2]).replace('user-2', 'user-9'));
    expect(() => verifyEvidence(joined(edited))).toThrow(`line ${first + 3}`);
  });
});

function withoutCells(names: readonly string[]) {
  return (line: string) => {
    const { hash: _, ...cells } = JSON.parse(line);
    return JSON.stringify(Object.fromEntries(Object.entries(cells).filter(([name]) => !names.includes(name))));
  };
}

it('writes no formulas for spreadsheets', () => {
  expect(writeEvidence(leavers, 'csv').text).toContain(`"'=cmd()""x"",@a"`);
});
