import { type Lab, startLab } from './lab.js';

export type OwnTeam = {
  lab: Lab;
  teamId: string;
  organizationId: string;
  /** Its rows, when nothing is under way any more. */
  rows(): Promise<Awaited<ReturnType<Lab['rows']>>>;
};

/** For a file of tests: one lab, and a team of its own for each test. To be read inside of tests only. */
export function ownTeam(): OwnTeam {
  const own = {} as OwnTeam;
  own.rows = async () => {
    await own.lab.quiet();
    return (await own.lab.rows()).filter(({ teamId }) => teamId === own.teamId);
  };
  beforeAll(async () => {
    own.lab = await startLab();
  });
  afterAll(() => own.lab.stop());
  beforeEach(async () => {
    Object.assign(own, await own.lab.team({ name: 'Acme' }));
  });
  afterEach(async () => {
    own.lab.emulator.faults.reset();
    await own.lab.quiet();
  });
  return own;
}
