import { type EvidenceFormat, evidenceWriter, verifyEvidence } from '../../src/support/export/evidence-file.js';
import type { Leaver } from '../../src/support/export/leavers.js';

function leaver(change: Partial<Leaver> = {}): Leaver {
  return {
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
    ...{ confirmed: '2026-11-24T09:00:05.000Z', returned: null },
    ...change,
  };
}

function writeEvidence(
  { leavers, ...about }: { team: string; since: string; leavers: Leaver[] },
  format: EvidenceFormat,
): { text: string; head: string } {
  const writer = evidenceWriter(format);
  const lines = [...writer.begin(about), ...leavers.map(writer.add), writer.end()];
  expect(writer.written().leavers).toBe(leavers.length);
  return { text: `${lines.join('\n')}\n`, head: writer.written().head };
}

const evidence = {
  team: 'team-1',
  since: '2026-11-01T00:00:00.000Z',
  leavers: [leaver(), leaver({ user_id: 'user-2', email: '=cmd()"x",@a' }), leaver({ user_id: 'user-3' })],
};

describe.each(['csv', 'jsonl'] as const)('as %s', (format) => {
  const { text, head } = writeEvidence(evidence, format);
  const lines = text.trimEnd().split('\n');
  const first = format === 'csv' ? 1 : 0;
  const joined = (changed: string[]) => `${changed.join('\n')}\n`;

  it('verifies an untouched file and returns its hash, also with another line ending', () => {
    expect(verifyEvidence(text)).toEqual({ leavers: 3, head });
    expect(verifyEvidence(text.replaceAll('\n', '\r\n'))).toEqual({ leavers: 3, head });
    expect(writeEvidence({ ...evidence, leavers: [] }, format).text).not.toBe(text);
    expect(verifyEvidence(writeEvidence({ ...evidence, leavers: [] }, format).text)).toMatchObject({ leavers: 0 });
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

  it('names the line where the chain breaks', () => {
    const edited = lines.with(first + 2, String(lines[first + 2]).replace('user-2', 'user-9'));
    expect(() => verifyEvidence(joined(edited))).toThrow(`line ${first + 3}`);
  });
});

it('writes no formulas for spreadsheets', () => {
  expect(writeEvidence(evidence, 'csv').text).toContain(`"'=cmd()""x"",@a"`);
});
