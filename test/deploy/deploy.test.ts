import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { variableNames } from '../../src/config/config.js';
import { type Manifest, manifests, problemsOf } from '../helpers/kubernetes.js';
import { instructionsOf } from '../helpers/play-dockerfile.js';

const dockerfile = readFileSync('deploy/Dockerfile', 'utf8');
const instructions = instructionsOf(dockerfile);
const compose = parse(readFileSync('deploy/compose.yaml', 'utf8'));
const { server, worker, migrate } = compose.services;
const secretVariables = ['DATABASE_URL', 'REDIS_URL', 'STYTCH_SECRET', 'STYTCH_WEBHOOK_SECRETS'];
const fileVariables = secretVariables.map((name) => `${name}_FILE`);
const scripts: Record<string, string> = JSON.parse(readFileSync('package.json', 'utf8')).scripts;

/** SIGKILL must not come before the process has ended by itself: what lifecycle.ts allows, and time to be noticed in. */
const stopWithinMs = /stopTimeoutMs = ([\d_]+)/
  .exec(readFileSync('src/process/lifecycle.ts', 'utf8'))?.[1]
  ?.replace('_', '');
const graceSecondsMin = Number(stopWithinMs) / 1000 + 5 + 5;

describe('Dockerfile', () => {
  it('has only instructions that Docker has; that they can be played is seen by image.test.ts', () => {
    expect(instructions.map(({ keyword }) => keyword)).toContain('RUN');
    expect(() => instructionsOf(`${dockerfile}\nRUNN x`)).toThrow('RUNN x');
    expect(() => instructionsOf(`${dockerfile}\nrun x`)).toThrow('run x');
  });

  it('builds on one pinned Node', () => {
    const images = instructions.filter(({ keyword }) => keyword === 'FROM').map(({ words }) => words.split(' ')[0]);
    expect(new Set(images).size).toBe(1);
    expect(images[0]).toMatch(/^node:\d+\.\d+\.\d+-\w+-slim$/);
  });

  it('starts what `npm start` starts, as node itself, by a user who is a number and not root', () => {
    const last = (keyword: string) => instructions.filter((one) => one.keyword === keyword).at(-1)?.words;
    expect(JSON.parse(String(last('CMD'))).join(' ')).toBe(scripts.start);
    expect(last('USER')).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(last('STOPSIGNAL')).toBe('SIGTERM');
    expect(last('EXPOSE')).toBe('3000');
  });

  it('sees of the checkout what it copies, and nothing else', () => {
    const lines = readFileSync('deploy/Dockerfile.dockerignore', 'utf8').split('\n');
    const seen = lines.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    const copied = instructions
      .filter(({ keyword, words }) => keyword === 'COPY' && !words.startsWith('--from'))
      .flatMap(({ words }) => words.split(' ').slice(0, -1));
    expect(lines).toContain('*');
    expect(seen.sort()).toEqual(copied.sort());
  });
});

describe('compose.yaml', () => {
  const ours = Object.entries({ server, worker, migrate });

  it('gives our processes variables that they know, the secrets as files', () => {
    for (const [, service] of ours) {
      const names = Object.keys(service.environment);
      expect(names.filter((name) => ![...variableNames, ...fileVariables].includes(name))).toEqual([]);
      expect(names.filter((name) => secretVariables.includes(name))).toEqual([]);
      for (const variable of fileVariables) {
        const secret = String(service.environment[variable]).replace('/run/secrets/', '');
        expect(service.secrets).toContain(secret);
      }
    }
  });

  it('has no secret but in files that are not committed', () => {
    const used = Object.values<{ secrets?: string[] }>(compose.services).flatMap(({ secrets = [] }) => secrets);
    expect([...new Set(used)].sort()).toEqual(Object.keys(compose.secrets).sort());
    for (const { file } of Object.values<{ file: string }>(compose.secrets)) expect(file).toMatch(/^\.\/secrets\//);
    expect(readFileSync('.gitignore', 'utf8').split('\n')).toEqual(expect.arrayContaining(['deploy/secrets', '.env']));
  });

  it('migrates before anything of ours starts, and each store is healthy before it is used', () => {
    expect(migrate.depends_on).toEqual({ postgres: { condition: 'service_healthy' } });
    for (const { depends_on } of [server, worker]) {
      expect(depends_on).toEqual({
        migrate: { condition: 'service_completed_successfully' },
        redis: { condition: 'service_healthy' },
      });
    }
    for (const store of ['postgres', 'redis']) expect(compose.services[store].healthcheck.test).toBeDefined();
    expect(migrate.restart).toBe('no');
  });

  it('starts what the npm scripts start, and stops it with time to finish', () => {
    expect(worker.command.join(' ')).toBe(scripts.worker);
    expect(migrate.command.join(' ')).toBe(scripts.migrate);
    expect(server.command).toBeUndefined(); // the image's own
    for (const { stop_grace_period } of [server, worker]) {
      expect(Number.parseInt(stop_grace_period, 10)).toBeGreaterThanOrEqual(graceSecondsMin);
    }
  });

  it('gives our processes no rights and nothing to write to, and shows the stores to nobody', () => {
    for (const [, service] of ours) {
      expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
    }
    for (const store of ['postgres', 'redis']) {
      expect(compose.services[store]).toMatchObject({ networks: ['stores'] });
      expect(compose.services[store].ports).toBeUndefined();
    }
    expect(compose.networks.stores.internal).toBe(true);
  });

  it('keeps what the stores hold, and mounts files that are there', () => {
    for (const store of ['postgres', 'redis']) {
      const [data, settings] = compose.services[store].volumes.map((one: string) => one.split(':'));
      expect(Object.keys(compose.volumes)).toContain(data[0]);
      expect([settings[0], existsSync(`deploy/${settings[0]}`), settings[2]]).toEqual([settings[0], true, 'ro']);
    }
  });
});

describe('kubernetes', () => {
  const all = manifests();
  const named = (kind: string, name: string) => all.find((one) => one.kind === kind && one.metadata.name === name);
  const podOf = (one: Manifest | undefined) => one?.spec.template;
  const [http, work, job] = [
    named('Deployment', 'scanner-scim-server'),
    named('Deployment', 'scanner-scim-worker'),
    named('Job', 'scanner-scim-migrate'),
  ];

  it('would be taken by Kubernetes', () => {
    expect(all).toHaveLength(9);
    expect(all.flatMap(problemsOf)).toEqual([]);
  });

  it.each([
    ['a field misspelled', { readOnlyRootFileSystem: true }, /Unrecognized key: "readOnlyRootFileSystem"/],
    ['a value of another type', { allowPrivilegeEscalation: 'no' }, /allowPrivilegeEscalation: .*expected boolean/],
  ])('and would refuse %s', (_, securityContext, problem) => {
    const wrong = structuredClone(http as Manifest);
    Object.assign(podOf(wrong).spec.containers[0].securityContext, securityContext);
    expect(problemsOf(wrong).join()).toMatch(problem);
  });

  it('starts what the npm scripts start', () => {
    const commands = [http, work, job].map((one) => podOf(one).spec.containers[0].command.join(' '));
    expect(commands).toEqual([scripts.start, scripts.worker, scripts.migrate]);
  });

  it('tells variables that the processes know, and each secret as a file of the Secret', () => {
    const [config, secret] = [named('ConfigMap', 'scanner-scim'), named('Secret', 'scanner-scim')];
    const names = Object.keys(config?.data);
    expect(names.filter((name) => ![...variableNames, ...fileVariables].includes(name))).toEqual([]);
    expect(names.filter((name) => secretVariables.includes(name))).toEqual([]);
    for (const one of [http, work, job]) {
      const { containers, volumes } = podOf(one).spec;
      const [{ mountPath }] = containers[0].volumeMounts;
      expect(volumes[0].secret).toEqual({ secretName: 'scanner-scim', defaultMode: 0o440 });
      const files = fileVariables.map((name) => config?.data[name].replace(`${mountPath}/`, ''));
      expect(files.sort()).toEqual(Object.keys(secret?.stringData).sort());
      expect(containers[0].envFrom).toEqual([{ configMapRef: { name: 'scanner-scim' } }]);
      expect(containers[0].env).toBeUndefined();
    }
  });

  it('asks the HTTP process at addresses that it has, on the port where it listens', () => {
    const [container] = podOf(http).spec.containers;
    const app = readFileSync('src/server/app.ts', 'utf8');
    expect(container.ports).toEqual([{ name: 'http', containerPort: 3000 }]);
    for (const probe of [container.startupProbe, container.livenessProbe, container.readinessProbe]) {
      expect(app).toContain(`app.get('${probe.httpGet.path.split('?')[0]}'`);
      expect(probe.httpGet.port).toBe('http');
    }
    expect(container.livenessProbe.httpGet.path).toBe('/healthz'); // never one that asks others
    expect(container.startupProbe.httpGet.path).toBe('/readyz'); // a wrong REDIS_URL must stop a rollout
    expect(container.readinessProbe.httpGet.path).toBe('/readyz?of=any'); // pages go on while the queue is away
    expect(named('Service', 'scanner-scim')?.spec.ports[0].targetPort).toBe('http');
  });

  it('gives each pod no rights, nothing to write to, limits, and time to finish', () => {
    for (const one of [http, work, job]) {
      const { spec } = podOf(one);
      expect(spec).toMatchObject({
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
      });
      expect(spec.containers[0].securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(spec.containers[0].resources.limits.memory).toMatch(/Mi$/);
    }
    for (const one of [http, work]) {
      expect(podOf(one).spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(graceSecondsMin);
    }
  });

  it('every selector finds pods, of one kind only', () => {
    const selectors = all.flatMap(({ kind, spec }) =>
      kind === 'Service' ? [spec.selector] : spec?.selector ? [spec.selector.matchLabels] : [],
    );
    const pods = [http, work, job].map((one) => podOf(one).metadata.labels);
    const found = selectors.map(
      (wanted) => pods.filter((labels) => Object.entries(wanted).every(([key, value]) => labels[key] === value)).length,
    );
    expect(found).toEqual([1, 1, 1, 1, 1]);
  });

  it('is applied by kustomize, all but the example of a secret, with one image', () => {
    const { resources, images } = parse(readFileSync('deploy/kubernetes/kustomization.yaml', 'utf8'));
    for (const file of resources) expect(existsSync(`deploy/kubernetes/${file}`)).toBe(true);
    const files = readdirSync('deploy/kubernetes').filter((name) => !/^(kustomization|secret\.example)/.test(name));
    expect([...resources].sort()).toEqual(files.sort());
    for (const one of [http, work, job]) expect(podOf(one).spec.containers[0].image).toBe(images[0].name);
  });

  it('what deploy/README.md applies first is what a migration needs, and the job that it waits for is there', () => {
    const page = readFileSync('deploy/README.md', 'utf8');
    const first = /component in \(([\w, ]+)\)/.exec(page)?.[1]?.split(', ') ?? [];
    const applied = all.filter(({ metadata }) => first.includes(metadata.labels['app.kubernetes.io/component'] ?? ''));
    expect(applied.map(({ kind }) => kind).sort()).toEqual(['ConfigMap', 'Job']);
    expect(page).toContain(`job/${job?.metadata.name}`);
    expect(page).toContain(`delete job ${job?.metadata.name} `);
  });
});
