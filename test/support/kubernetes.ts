import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

export type Manifest = {
  apiVersion: string;
  kind: string;
  metadata: { name: string; labels: Record<string, string> };
  // biome-ignore lint/suspicious/noExplicitAny: whatever the YAML holds; problemsOf judges it
  [field: string]: any;
};

const folder = 'deploy/kubernetes';

/** Every object in deploy/kubernetes, but for kustomize's own file. */
export function manifests(): Manifest[] {
  const files = readdirSync(folder).filter((name) => name !== 'kustomization.yaml');
  return files.flatMap((name) =>
    parseAllDocuments(readFileSync(join(folder, name), 'utf8')).map((document) => document.toJS() as Manifest),
  );
}

const load = createRequire(join(process.cwd(), 'package.json')); // by apiVersion, which only the manifest knows

/**
 * What Kubernetes would refuse: by its published schemas, and every field that they don't name. The schemas' validators
 * look at each field they know, so what nobody looked at is what they don't know.
 */
export function problemsOf(manifest: Manifest): string[] {
  const Model = load(`kubernetes-models/${manifest.apiVersion}`)[manifest.kind];
  const unseen = new Set<string>();
  const problems: string[] = [];
  try {
    Model.prototype.validate.call(watched(manifest, '', unseen)); // a Model of its own would be a copy
  } catch (error) {
    problems.push(String(error));
  }
  return [...problems, ...[...unseen].map((path) => `${manifest.kind} has no field ${path}`)];
}

/** The same object, whose every property leaves `unseen` when it is read. */
function watched<T>(value: T, path: string, unseen: Set<string>): T {
  if (typeof value !== 'object' || value === null) return value;
  for (const key of Object.keys(value)) unseen.add(`${path}/${key}`);
  const children = new Map(
    Object.entries(value).map(([key, child]) => [key, watched(child, `${path}/${key}`, unseen)]),
  );
  return new Proxy(value, {
    get: (target, key) => {
      if (typeof key === 'symbol') return Reflect.get(target, key);
      unseen.delete(`${path}/${key}`);
      return children.has(key) ? children.get(key) : Reflect.get(target, key);
    },
  });
}
