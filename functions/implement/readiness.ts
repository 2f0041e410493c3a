/** Nothing is pushed onto an Application that is not Synced and Healthy: a failure afterwards could not be told apart. */
import type { ArgoApplication } from "../../shared/ports.ts";

/** Milliseconds between two looks, and after which a person is asked. */
export const READY_LOOK_MS = 15_000;
export const READY_LIMIT_MS = 600_000;

/** Undefined: it is ready. Otherwise a sentence that says what is the matter. */
export function notReady(name: string, application: ArgoApplication | undefined): string | undefined {
  if (application === undefined) return `Argo CD knows no Application ${name}`;
  const sync = application.status?.sync?.status ?? "Unknown";
  const health = application.status?.health?.status ?? "Unknown";
  if (sync === "Synced" && health === "Healthy") return undefined;
  const trouble = [application.status?.health?.message, ...(application.status?.conditions ?? []).map((c) => c.message)]
    .filter((text) => text !== undefined && text !== "")
    .join("; ");
  return `${name} is ${sync} and ${health}${trouble === "" ? "" : `: ${trouble.slice(0, 300)}`}`;
}
