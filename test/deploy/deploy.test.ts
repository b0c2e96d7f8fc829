import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { variableNames } from '../../src/config/config.js';
import { temporaryFolder } from '../helpers/folders.js';
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

  it('takes rights and privileges from every service, bounds its memory, its processes and its log', () => {
    for (const [name, service] of Object.entries<Record<string, unknown>>(compose.services)) {
      expect([name, service]).toEqual([
        name,
        expect.objectContaining({
          cap_drop: ['ALL'],
          security_opt: ['no-new-privileges:true'],
          mem_limit: expect.stringMatching(/^\d+[mg]$/),
          pids_limit: expect.any(Number),
          logging: { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '5' } },
        }),
      ]);
      expect(service.cap_add).toBeUndefined();
    }
    // Without capabilities they can't change their user, as their images do otherwise.
    for (const store of ['postgres', 'redis']) expect(compose.services[store].user).toBe(store);
  });

  it("no process uses PostgreSQL's superuser", () => {
    for (const [, service] of ours) expect(service.secrets).not.toContain('postgres_admin_password');
    expect(compose.services.postgres.environment.POSTGRES_USER).toBeUndefined(); // then the superuser is `postgres`
    expect(compose.services.postgres.volumes).toContain(
      './create-database.sql:/docker-entrypoint-initdb.d/create-database.sql:ro',
    );
  });

  it('keeps what the stores hold, and mounts files that are there', () => {
    for (const store of ['postgres', 'redis']) {
      const [data, ...files] = compose.services[store].volumes.map((one: string) => one.split(':'));
      expect(Object.keys(compose.volumes)).toContain(data[0]);
      for (const [file, , access] of files)
        expect([file, existsSync(`deploy/${file}`), access]).toEqual([file, true, 'ro']);
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
    expect(all).toHaveLength(16);
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
      const [{ mountPath }, authority] = containers[0].volumeMounts;
      expect(authority).toEqual({ name: 'ca', mountPath: '/run/ca', readOnly: true });
      expect(volumes[1]).toEqual({ name: 'ca', configMap: { name: 'scanner-scim-ca', optional: true } });
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

  it('spreads each kind of pod over zones and nodes, and scales it', () => {
    for (const one of [http, work]) {
      const spread: { topologyKey: string; labelSelector: object }[] = podOf(one).spec.topologySpreadConstraints;
      expect(spread.map(({ topologyKey }) => topologyKey)).toEqual([
        'topology.kubernetes.io/zone',
        'kubernetes.io/hostname',
      ]);
      for (const { labelSelector } of spread) expect(labelSelector).toEqual(one?.spec.selector);
      const scaler = named('HorizontalPodAutoscaler', String(one?.metadata.name));
      expect(scaler?.spec.scaleTargetRef).toMatchObject({ kind: 'Deployment', name: one?.metadata.name });
      expect(scaler?.spec.minReplicas).toBeGreaterThanOrEqual(2);
      expect(one?.spec.replicas).toBeUndefined(); // an apply would undo what the scaler did
    }
  });

  it('the probe of a worker looks at the file that a worker touches', () => {
    const file = named('ConfigMap', 'scanner-scim')?.data.HEARTBEAT_FILE;
    const [container] = podOf(work).spec.containers;
    expect(container.livenessProbe.exec.command.join(' ')).toContain(`find ${file} `);
    expect(container.volumeMounts).toContainEqual({ name: 'alive', mountPath: '/run/alive', readOnly: false });
    expect(worker.tmpfs).toEqual(['/run/alive:mode=1777,size=1m']);
    expect(worker.healthcheck.test[1].replaceAll('$$', '$')).toBe(container.livenessProbe.exec.command[2]);
  });

  it('the Ingress shows the pages and APIs of PUBLIC_URL, and hides what is for operators', () => {
    const { rules, tls } = named('Ingress', 'scanner-scim')?.spec ?? {};
    const { host } = new URL(named('ConfigMap', 'scanner-scim')?.data.PUBLIC_URL);
    expect([rules[0].host, tls[0].hosts]).toEqual([host, [host]]);
    const paths: { path: string; pathType: string; backend: object }[] = rules[0].http.paths;
    const isShown = (asked: string) =>
      paths.some(({ path, pathType }) => asked === path || (pathType === 'Prefix' && asked.startsWith(`${path}/`)));
    for (const shown of ['/', '/webhooks/stytch', '/settings/scim/roles', '/support/failed', '/api/openapi.json'])
      expect([shown, isShown(shown)]).toEqual([shown, true]);
    for (const hidden of ['/metrics', '/readyz']) expect([hidden, isShown(hidden)]).toEqual([hidden, false]);
    for (const { backend } of paths)
      expect(backend).toEqual({
        service: { name: named('Service', 'scanner-scim')?.metadata.name, port: { name: 'http' } },
      });
  });

  it('the network lets in the Ingress and Prometheus to the HTTP process, and nobody to workers', () => {
    const [entry, whole] = [named('NetworkPolicy', 'scanner-scim-ingress'), named('NetworkPolicy', 'scanner-scim')];
    expect(entry?.spec.podSelector).toEqual(http?.spec.selector);
    expect(entry?.spec.ingress[0].ports).toEqual([{ protocol: 'TCP', port: 3000 }]);
    expect(whole?.spec).toMatchObject({ policyTypes: ['Ingress', 'Egress'], ingress: [] });
    for (const one of [http, work, job])
      expect(podOf(one).metadata.labels).toMatchObject(whole?.spec.podSelector.matchLabels);
    const ports: { port: number }[] = whole?.spec.egress.flatMap((one: { ports: object[] }) => one.ports);
    const stringData = named('Secret', 'scanner-scim')?.stringData;
    for (const url of [stringData.database_url, stringData.redis_url])
      expect(ports.map(({ port }) => port)).toContain(Number(new URL(url).port));
  });

  it('Prometheus gets the rules of alerts.yml, and asks the HTTP process at /metrics', () => {
    const folder = temporaryFolder('rules');
    for (const name of ['prometheus', 'kubernetes/monitoring']) mkdirSync(join(folder, name), { recursive: true });
    cpSync('deploy/prometheus', join(folder, 'prometheus'), { recursive: true });
    execFileSync('sh', [join(folder, 'prometheus/make-rules.sh')]);
    const made = readFileSync(join(folder, 'kubernetes/monitoring/rules.yaml'), 'utf8');
    expect(readFileSync('deploy/kubernetes/monitoring/rules.yaml', 'utf8')).toBe(made);
    expect(parse(made).spec).toEqual(parse(readFileSync('deploy/prometheus/alerts.yml', 'utf8')));

    const service = named('Service', 'scanner-scim');
    const { selector, endpoints } = named('ServiceMonitor', 'scanner-scim')?.spec ?? {};
    expect(service?.metadata.labels).toMatchObject(selector.matchLabels);
    expect(service?.spec.ports.map(({ name }: { name: string }) => name)).toContain(endpoints[0].port);
    expect(endpoints[0].path).toBe('/metrics');
  });

  it('every selector finds pods, of one kind only', () => {
    const selectors = all.flatMap(({ kind, spec }) =>
      kind === 'ServiceMonitor'
        ? []
        : kind === 'Service'
          ? [spec.selector]
          : spec?.selector
            ? [spec.selector.matchLabels]
            : [],
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
    const isResource = (name: string) => name.endsWith('.yaml') && !/^(kustomization|secret\.example)/.test(name);
    expect([...resources].sort()).toEqual(readdirSync('deploy/kubernetes').filter(isResource).sort());
    const more = 'deploy/kubernetes/monitoring';
    const { resources: monitoring } = parse(readFileSync(`${more}/kustomization.yaml`, 'utf8'));
    expect([...monitoring].sort()).toEqual(readdirSync(more).filter(isResource).sort());
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
