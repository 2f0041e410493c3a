/** A namespace with three workloads, and the bounds a test puts on it. */
import { findCapacity } from "../../functions/validate/capacity.ts";
import type { ValidationFinding } from "../../shared/domain/improvement.ts";
import { application, deployment, platformOf, SIZED, service } from "../support/platform.ts";

export type Texts = Record<string, string>;
export const quota = (hard: string, rest = "") =>
  `apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: q}\nspec:\n  hard: {${hard}}\n${rest}`;
export const range = (limits: string) =>
  `apiVersion: v1\nkind: LimitRange\nmetadata: {name: r}\nspec: {limits: [${limits}]}\n`;
const replicas = (text: string, count: number) => text.replace("spec:\n", `spec:\n  replicas: ${count}\n`);
export const database = `${deployment("db", {
  image: "postgres:16.4",
  podExtra: "      volumes: [{name: d, persistentVolumeClaim: {claimName: d}}]\n",
  extra: `          env: [{name: POSTGRES_PASSWORD, valueFrom: {secretKeyRef: {name: s, key: k}}}]\n${SIZED}`,
})}---\n${service("db", 5432)}---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: d}\nspec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 10Gi}}}\n`;
export const daemons = deployment("agent", { extra: SIZED }).replace("kind: Deployment", "kind: DaemonSet");
export const autoscaler =
  "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: two}\nspec: {scaleTargetRef: {kind: Deployment, name: two}, minReplicas: 2, maxReplicas: 40}\n";
export const job = `apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly}
spec: {schedule: "0 1 * * *", jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: j, image: "a/b:1", resources: {requests: {cpu: 500m, memory: 600Mi}, limits: {memory: 600Mi}}}]}}}}}
`;
export const chart = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: brought, namespace: argocd}
spec: {source: {repoURL: https://charts.example.com, chart: x, targetRevision: 1.0.0}, destination: {namespace: shop}}
`;

/** Two workloads with limits, one without: 128Mi and 100m are asked for each. */
const base: Texts = {
  "apps/shop.yaml": application("shop", "shop", "shop"),
  "shop/one.yaml": deployment("one", { extra: SIZED }),
  "shop/two.yaml": replicas(deployment("two", { extra: SIZED }), 2),
  "shop/bare.yaml": deployment("bare"),
};
export const LIMITS = "Set memory limits on every container";
export const POLICY = "Add a default deny network policy to every namespace";
export const BACKUP = "Back up every Postgres database every night";
export const BUDGET = "Add a PodDisruptionBudget to replicated workloads";

export function ask(title: string, texts: Texts): ValidationFinding | undefined {
  return findCapacity({ title, description: "", quotes: [] }, platformOf({ ...base, ...texts }));
}
