import { z } from 'zod';

/**
 * By kind, each field that our manifests use, as the API reference has it
 * (https://kubernetes.io/docs/reference/kubernetes-api/); no other. A field that is new in a manifest is added here first,
 * after a look at the reference. All schemas of Kubernetes as a package would be 25 packages and 30 MB.
 */
const strings = z.record(z.string(), z.string());
const count = z.int().min(0);
const metadata = z.strictObject({ name: z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/), labels: strings });
const selector = z.strictObject({ matchLabels: strings });
const quantity = z.string().regex(/^\d+(m|Ki|Mi|Gi)?$/);
const resources = z.strictObject({ cpu: quantity, memory: quantity }).partial();
/** As Kubernetes calls it: a port by its name or number, pods by their count or share. */
const intOrString = z.union([z.string(), z.int()]);

const probe = z.strictObject({
  httpGet: z.strictObject({ path: z.string().startsWith('/'), port: intOrString }).optional(),
  exec: z.strictObject({ command: z.array(z.string()) }).optional(),
  periodSeconds: z.int().min(1),
  timeoutSeconds: z.int().min(1).optional(),
  failureThreshold: z.int().min(1),
});

const container = z.strictObject({
  name: z.string(),
  image: z.string(),
  command: z.array(z.string()),
  envFrom: z.array(z.strictObject({ configMapRef: z.strictObject({ name: z.string() }) })),
  ports: z.array(z.strictObject({ name: z.string().max(15), containerPort: z.int() })).optional(),
  volumeMounts: z.array(z.strictObject({ name: z.string(), mountPath: z.string(), readOnly: z.boolean() })),
  startupProbe: probe.optional(),
  livenessProbe: probe.optional(),
  readinessProbe: probe.optional(),
  resources: z.strictObject({ requests: resources, limits: resources }),
  securityContext: z.strictObject({
    allowPrivilegeEscalation: z.boolean(),
    readOnlyRootFilesystem: z.boolean(),
    capabilities: z.strictObject({ drop: z.array(z.string()) }),
  }),
});

const podTemplate = z.strictObject({
  metadata: metadata.omit({ name: true }),
  spec: z.strictObject({
    restartPolicy: z.enum(['Always', 'OnFailure', 'Never']).optional(),
    terminationGracePeriodSeconds: count.optional(),
    automountServiceAccountToken: z.boolean(),
    securityContext: z.strictObject({
      runAsNonRoot: z.boolean(),
      runAsUser: count,
      runAsGroup: count,
      fsGroup: count,
      seccompProfile: z.strictObject({ type: z.enum(['Localhost', 'RuntimeDefault', 'Unconfined']) }),
    }),
    topologySpreadConstraints: z
      .array(
        z.strictObject({
          maxSkew: z.int().min(1),
          topologyKey: z.string(),
          whenUnsatisfiable: z.enum(['DoNotSchedule', 'ScheduleAnyway']),
          labelSelector: selector,
        }),
      )
      .optional(),
    containers: z.array(container).min(1),
    volumes: z.array(
      z.strictObject({
        name: z.string(),
        secret: z.strictObject({ secretName: z.string(), defaultMode: z.int().min(0).max(0o777) }).optional(),
        configMap: z.strictObject({ name: z.string(), optional: z.boolean() }).optional(),
        emptyDir: z.strictObject({ medium: z.enum(['', 'Memory']), sizeLimit: quantity }).optional(),
      }),
    ),
  }),
});

const ofLabels = z.strictObject({ matchLabels: strings });
const policyPort = z.strictObject({ protocol: z.enum(['TCP', 'UDP', 'SCTP']), port: intOrString });
const ingressBackend = z.strictObject({
  service: z.strictObject({ name: z.string(), port: z.strictObject({ name: z.string() }) }),
});
/** https://prometheus-operator.dev/docs/api-reference/api/ */
const operator = 'monitoring.coreos.com/v1';
const duration = z.string().regex(/^\d+(ms|s|m|h|d|w)$/);

const object = <Kind extends string, Rest extends z.ZodRawShape>(apiVersion: string, kind: Kind, rest: Rest) =>
  z.strictObject({ apiVersion: z.literal(apiVersion), kind: z.literal(kind), metadata, ...rest });

export const kubernetesSchemas: Record<string, z.ZodType> = {
  ConfigMap: object('v1', 'ConfigMap', { data: strings }),
  Secret: object('v1', 'Secret', { type: z.string(), stringData: strings }),
  Service: object('v1', 'Service', {
    spec: z.strictObject({
      selector: strings,
      ports: z.array(z.strictObject({ name: z.string(), port: z.int(), targetPort: intOrString })),
    }),
  }),
  Job: object('batch/v1', 'Job', {
    spec: z.strictObject({ backoffLimit: count, activeDeadlineSeconds: count, template: podTemplate }),
  }),
  Deployment: object('apps/v1', 'Deployment', {
    spec: z.strictObject({
      replicas: count.optional(),
      selector,
      strategy: z.strictObject({
        rollingUpdate: z.strictObject({ maxUnavailable: intOrString, maxSurge: intOrString }),
      }),
      template: podTemplate,
    }),
  }),
  Ingress: object('networking.k8s.io/v1', 'Ingress', {
    spec: z.strictObject({
      ingressClassName: z.string(),
      tls: z.array(z.strictObject({ hosts: z.array(z.string()), secretName: z.string() })),
      rules: z.array(
        z.strictObject({
          host: z.string(),
          http: z.strictObject({
            paths: z.array(
              z.strictObject({
                path: z.string().startsWith('/'),
                pathType: z.enum(['Exact', 'Prefix', 'ImplementationSpecific']),
                backend: ingressBackend,
              }),
            ),
          }),
        }),
      ),
    }),
  }),
  NetworkPolicy: object('networking.k8s.io/v1', 'NetworkPolicy', {
    spec: z.strictObject({
      podSelector: ofLabels,
      policyTypes: z.array(z.enum(['Ingress', 'Egress'])),
      ingress: z
        .array(
          z.strictObject({
            from: z.array(z.strictObject({ namespaceSelector: ofLabels })),
            ports: z.array(policyPort),
          }),
        )
        .optional(),
      egress: z.array(z.strictObject({ ports: z.array(policyPort) })).optional(),
    }),
  }),
  ServiceMonitor: object(operator, 'ServiceMonitor', {
    spec: z.strictObject({
      selector,
      endpoints: z.array(
        z.strictObject({ port: z.string(), path: z.string(), interval: duration, scrapeTimeout: duration }),
      ),
    }),
  }),
  Probe: object(operator, 'Probe', {
    spec: z.strictObject({
      jobName: z.string(),
      interval: duration,
      module: z.string(),
      prober: z.strictObject({ url: z.string() }),
      targets: z.strictObject({ staticConfig: z.strictObject({ static: z.array(z.url()) }) }),
    }),
  }),
  PrometheusRule: object(operator, 'PrometheusRule', {
    spec: z.strictObject({
      groups: z.array(
        z.strictObject({
          name: z.string(),
          rules: z.array(
            z.strictObject({
              alert: z.string(),
              expr: z.string(),
              for: duration.optional(),
              labels: strings,
              annotations: strings,
            }),
          ),
        }),
      ),
    }),
  }),
  PodDisruptionBudget: object('policy/v1', 'PodDisruptionBudget', {
    spec: z.strictObject({ minAvailable: intOrString, selector }),
  }),
  HorizontalPodAutoscaler: object('autoscaling/v2', 'HorizontalPodAutoscaler', {
    spec: z.strictObject({
      scaleTargetRef: z.strictObject({ apiVersion: z.string(), kind: z.string(), name: z.string() }),
      minReplicas: z.int().min(1),
      maxReplicas: z.int().min(1),
      metrics: z.array(
        z.strictObject({
          type: z.literal('Resource'),
          resource: z.strictObject({
            name: z.enum(['cpu', 'memory']),
            target: z.strictObject({ type: z.literal('Utilization'), averageUtilization: z.int() }),
          }),
        }),
      ),
      behavior: z.strictObject({ scaleDown: z.strictObject({ stabilizationWindowSeconds: z.int().min(0).max(3600) }) }),
    }),
  }),
};
