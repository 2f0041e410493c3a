/** A shop with one workload that is given variables, and what deploying a service makes of it. */
import { intents } from "../../../shared/intents/registry.ts";
import { renderChangeSet } from "../../../shared/intents/render.ts";
import type { Platform } from "../../../shared/repository/platform.ts";
import { application, deployment, platformOf } from "../../support/platform.ts";

export const KIND = "deploy-service";
const APP = { "apps/a.yaml": application("shop", "shop", "shop") };

/** A shop whose one workload is given these variables (name -> value, or lines of YAML that start with a line break). */
export function shop(
  variables: Readonly<Record<string, string>>,
  more: Readonly<Record<string, string>> = {},
): Platform {
  const entries = Object.entries(variables).map(([name, value]) =>
    value.startsWith("\n")
      ? `            - name: ${name}${value}`
      : `            - name: ${name}\n              value: ${JSON.stringify(value)}\n`,
  );
  const extra = entries.length === 0 ? "" : `          env:\n${entries.join("")}`;
  return platformOf({ ...APP, "shop/web.yaml": deployment("web", { image: "web:1.0.0", extra }), ...more });
}

export function candidatesOf(platform: Platform, about?: string) {
  return intents.get(KIND)?.candidates(platform, about) ?? [];
}

export function filesOf(
  intent: Readonly<Record<string, unknown>>,
  platform: Platform,
): Readonly<Record<string, string>> | string {
  const result = renderChangeSet({ kind: KIND, ...intent }, platform);
  if (result.kind === "refused") return result.because;
  return Object.fromEntries(result.changeSet.files.map(({ path, after }) => [path, after ?? ""]));
}

/** The value of a variable that is taken from a Secret. */
export const secret = (name: string) => `\n              valueFrom: {secretKeyRef: {name: ${name}, key: password}}\n`;
export const redis = { namespace: "shop", name: "cache", workload: "Deployment", runs: { service: "redis" } };
