import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { kubernetesSchemas } from './kubernetes-schemas.js';

export type Manifest = {
  apiVersion: string;
  kind: string;
  metadata: { name: string; labels: Record<string, string> };
  // biome-ignore lint/suspicious/noExplicitAny: whatever the YAML holds; problemsOf judges it
  [field: string]: any;
};

const folder = 'deploy/kubernetes';

/** Every object in deploy/kubernetes and in the folder in it, but for kustomize's own files. */
export function manifests(): Manifest[] {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const files = paths.filter((name) => name.endsWith('.yaml') && !name.endsWith('kustomization.yaml'));
  return files.flatMap((name) =>
    parseAllDocuments(readFileSync(join(folder, name), 'utf8')).map((document) => document.toJS() as Manifest),
  );
}

/** What Kubernetes would refuse: fields that it does not have, and values of another type. */
export function problemsOf(manifest: Manifest): string[] {
  const schema = kubernetesSchemas[manifest.kind];
  if (schema === undefined) return [`${manifest.kind} is a kind that kubernetes-schemas.ts does not have`];
  return (schema.safeParse(manifest).error?.issues ?? []).map(
    ({ path, message }) => `${manifest.kind} ${path.join('/')}: ${message}`,
  );
}
