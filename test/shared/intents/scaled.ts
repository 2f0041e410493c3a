/** What the intent writes for one worker, and the objects its tests put around it. */
import { parseAllDocuments } from "yaml";
import { renderChangeSet } from "../../../shared/intents/render.ts";
import type { Platform } from "../../../shared/repository/platform.ts";
import { alone, type Texts, worker } from "./workers.ts";

export const ask = (name: string, more: object = {}) => ({
  kind: "add-scaled-object",
  workload: { kind: "Deployment", namespace: "jobs", name },
  ...more,
});

export interface Written {
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly spec: {
    readonly scaleTargetRef: Readonly<Record<string, string>>;
    readonly pollingInterval: number;
    readonly cooldownPeriod: number;
    readonly minReplicaCount: number;
    readonly maxReplicaCount: number;
    readonly triggers: readonly {
      readonly type: string;
      readonly metadata: Readonly<Record<string, string>>;
      readonly authenticationRef?: object;
    }[];
  };
}

/** The ScaledObject for `name`, its verdict and the Deployment as it will be. */
export function written(platform: Platform, name: string, more: object = {}) {
  const rendered = renderChangeSet(ask(name, more), platform);
  if (rendered.kind === "refused") throw new Error(rendered.because);
  const { files } = rendered.changeSet;
  const object = files
    .flatMap(({ after }) => parseAllDocuments(after ?? "").map((one) => one.toJS() as Written & { kind: string }))
    .find(({ kind }) => kind === "ScaledObject");
  if (object === undefined) throw new Error("no ScaledObject");
  return { ...object, verdict: rendered.verdict, changes: rendered.changes, files };
}

export function why(platform: Platform, name: string, more: object = {}): string {
  const rendered = renderChangeSet(ask(name, more), platform);
  return rendered.kind === "refused" ? rendered.because : "rendered";
}

export const one = (
  env: Readonly<Record<string, string>>,
  more: Texts = {},
  options: Parameters<typeof worker>[2] = {},
) => alone({ "apps/jobs/mail.yaml": worker("mail", env, options), ...more });
export const file = (kind: string, name: string, rest: string, api = "v1") =>
  `apiVersion: ${api}\nkind: ${kind}\nmetadata: {name: ${name}, namespace: jobs}\n${rest}\n`;
export const service = (name: string, port: string, app = name) =>
  file("Service", name, `spec: {selector: {app: ${app}}, ports: [${port}]}`);
export const authentication = (name: string, ...parameters: string[]) =>
  file(
    "TriggerAuthentication",
    name,
    `spec: {secretTargetRef: [${parameters.map((key) => `{parameter: ${key}, name: broker, key: ${key}}`).join(", ")}]}`,
    "keda.sh/v1alpha1",
  );
export const secret = "{secretKeyRef: {name: broker, key: url}}";
