/** The orchard with KEDA: the resizer follows its queue already, the mailer does not; and other workers, each with its own broker. */
import type { Platform } from "../../../shared/repository/platform.ts";
import { application, platformOf } from "../../support/platform.ts";
import { orchardTexts } from "./orchard.ts";

export type Texts = Readonly<Record<string, string>>;

/** The ScaledObject the repository has, and the neighbour it scales. */
export const RESIZER = `apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata:
  name: resizer
  namespace: jobs
  labels:
    app: resizer
spec:
  scaleTargetRef:
    name: resizer
  pollingInterval: 20
  cooldownPeriod: 60
  minReplicaCount: 0
  maxReplicaCount: 6
  triggers:
    - type: rabbitmq
      metadata:
        hostFromEnv: BROKER_URL
        queueName: resize
        mode: QueueLength
        value: "8"
`;

export const workersTexts: Texts = { ...orchardTexts, "apps/jobs/resizer-scaledobject.yaml": RESIZER };

export function workers(more: Texts = {}): Platform {
  return platformOf({ ...workersTexts, ...more });
}

/** A worker in namespace `jobs` with these variables. */
export function worker(
  name: string,
  env: Readonly<Record<string, string>>,
  options: { readonly replicas?: number; readonly more?: string } = {},
): string {
  const lines = Object.entries(env).map(
    ([key, value]) =>
      `            - {name: ${key}, ${value.includes("Ref:") ? `valueFrom: ${value}` : `value: ${JSON.stringify(value)}`}}`,
  );
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  namespace: jobs
  labels: {app: ${name}}
spec:
  replicas: ${options.replicas ?? 1}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata:
      labels: {app: ${name}}
    spec:
      containers:
        - name: ${name}
          image: registry.example.net/orchard/${name}:1.0.0
          env:
${lines.join("\n")}
          resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {memory: 128Mi}}
${options.more ?? ""}`;
}

/** KEDA by its chart only: no ScaledObject to follow. */
export const KEDA = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: keda, namespace: argocd}
spec:
  source: {repoURL: https://kedacore.github.io/charts, chart: keda, targetRevision: 2.20.2}
  destination: {namespace: keda}
`;

/** Only these workers, with KEDA, in a plain folder. */
export function alone(texts: Texts): Platform {
  return platformOf({
    "argocd/jobs.yaml": application("jobs", "apps/jobs", "jobs"),
    "argocd/keda.yaml": KEDA,
    ...texts,
  });
}
