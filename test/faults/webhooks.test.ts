import { stopProcess } from '../helpers/processes.js';
import { everybody, morning } from './changes.js';
import { fault } from './record.js';

fault('every webhook lost', 'sweeps find everything', async (lab) => {
  lab.emulator.webhooks.faults.drop = 1;
  lab.act(() => morning(lab));
  await lab.settled();
});

fault('no receiver while the directory changes', 'sweeps find everything before a webhook arrives', async (lab) => {
  for (const receiver of lab.receivers) await stopProcess(receiver);
  lab.act(() => morning(lab));
  await lab.settled();
});

fault(
  'webhooks shuffled, doubled and late',
  'the last read sees the last change',
  async (lab) => {
    Object.assign(lab.emulator.webhooks.faults, { shuffle: true, duplicate: 0.5, lateMs: () => Math.random() * 3000 });
    lab.act(() => {
      everybody(lab, ['admin']);
      everybody(lab, []);
      everybody(lab, ['analyst']);
      morning(lab);
    });
    await lab.settled();
  },
  { people: 100 },
);
