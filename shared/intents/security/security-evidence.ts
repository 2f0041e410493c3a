/** Which privileges a container evidently does not use, as far as the repository tells. */
import { oncePer } from "../../repository/lookup.ts";
import type { Platform } from "../../repository/platform.ts";
import { portsOf, servicesOf } from "../../repository/services.ts";
import { at, type Fields, fieldsAt, itemsAt, listAt } from "../../repository/values.ts";
import { type RepositoryWorkload, workloadsOf } from "../../repository/workloads.ts";
import { type PlacedContainer, placedContainers } from "../edit/workload-edit.ts";

export interface Hardening {
  readonly additions: readonly Addition[];
  /** Why something that "restricted" asks for is not added. */
  readonly unknown: readonly string[];
  /** Set when containers hold privileges on purpose: they are no target. */
  readonly privileged: string | undefined;
}

export interface Addition {
  readonly container: PlacedContainer;
  /** What its `securityContext` gains. */
  readonly fields: Fields;
  readonly lacks: readonly string[];
  readonly gains: readonly string[];
}

export function hardeningOf(platform: Platform, workload: RepositoryWorkload): Hardening {
  const { podSpec } = workload;
  if (at(podSpec, "os", "name") === "windows") {
    return { additions: [], unknown: [], privileged: "its pods run on Windows" };
  }
  const additions: Addition[] = [];
  const unknown: string[] = [];
  let privileged: string | undefined;
  for (const container of placedContainers(workload)) {
    const reason = privilegeOf(container);
    if (reason !== undefined) {
      privileged ??= `container ${container.name} ${reason}`;
      continue;
    }
    const addition = additionFor(platform, workload, container, unknown);
    if (Object.keys(addition.fields).length > 0) additions.push(addition);
  }
  return { additions, unknown, privileged };
}

/** The API refuses `allowPrivilegeEscalation: false` beside these two (kubernetes: pkg/apis/core/validation). */
function privilegeOf({ spec }: PlacedContainer): string | undefined {
  const context = fieldsAt(spec, "securityContext");
  if (context["privileged"] === true) return "is privileged on purpose";
  if (listAt(context, "capabilities", "add").some((one) => /^(CAP_)?(SYS_ADMIN|ALL)$/i.test(String(one)))) {
    return "adds the capability SYS_ADMIN on purpose";
  }
  return context["allowPrivilegeEscalation"] === true ? "allows privilege escalation on purpose" : undefined;
}

function additionFor(
  platform: Platform,
  workload: RepositoryWorkload,
  container: PlacedContainer,
  unknown: string[],
): Addition {
  const own = fieldsAt(container.spec, "securityContext");
  const pod = fieldsAt(workload.podSpec, "securityContext");
  const { name } = container;
  const fields: Record<string, unknown> = {};
  const lacks: string[] = [];
  const gains: string[] = [];
  if (own["allowPrivilegeEscalation"] === undefined) {
    fields["allowPrivilegeEscalation"] = false;
    lacks.push("may gain privileges");
    gains.push("no privilege escalation");
  }
  const evidence = evidenceFor(platform, workload, container);
  if (own["runAsNonRoot"] === undefined && pod["runAsNonRoot"] === undefined) {
    if (evidence.nonRoot !== undefined) {
      fields["runAsNonRoot"] = true;
      lacks.push("may run as root");
      gains.push(`must not run as root (${evidence.nonRoot})`);
    } else unknown.push(`nothing shows as which user container ${name} runs`);
  }
  if (!listAt(own, "capabilities", "drop").some((one) => /^(CAP_)?ALL$/i.test(String(one)))) {
    const obstacle = evidence.needsCapabilities ?? writtenOtherwise(own);
    if (obstacle === undefined) {
      fields["capabilities"] = { drop: ["ALL"] };
      lacks.push("keeps capabilities");
      gains.push("drops all capabilities");
    } else unknown.push(`container ${name} keeps its capabilities: ${obstacle}`);
  }
  if (own["seccompProfile"] === undefined && pod["seccompProfile"] === undefined) {
    fields["seccompProfile"] = { type: "RuntimeDefault" };
    lacks.push("has no seccomp profile");
    gains.push("the runtime's seccomp profile");
  }
  return { container, fields, lacks, gains };
}

function writtenOtherwise(context: Fields): string | undefined {
  return at(context, "capabilities", "drop") === undefined ? undefined : "some are dropped by name";
}

interface Evidence {
  /** Why it is certain that the container does not run as root. */
  readonly nonRoot: string | undefined;
  /** Why it may need capabilities. */
  readonly needsCapabilities: string | undefined;
}

function evidenceFor(platform: Platform, workload: RepositoryWorkload, container: PlacedContainer): Evidence {
  const nonRoot = nonRootBecause(platform, workload, container);
  const added = listAt(container.spec, "securityContext", "capabilities", "add");
  const low = lowPort(platform, workload, container);
  // A process of another user has no capabilities to lose, but one that starts as root may give them to itself.
  const needsCapabilities =
    added.length > 0
      ? `it adds ${added.slice(0, 5).map(String).join(", ").slice(0, 100)}`
      : low !== undefined
        ? `it listens on port ${low}`
        : nonRoot === undefined
          ? "it may start as root"
          : undefined;
  return { nonRoot, needsCapabilities };
}

/** A user by number, or the same image that runs so elsewhere under the same user. An image's name is no evidence. */
function nonRootBecause(
  platform: Platform,
  { podSpec }: RepositoryWorkload,
  { spec, image }: PlacedContainer,
): string | undefined {
  const user = userOf(spec, podSpec);
  if (typeof user === "number" && user > 0) return `it runs as user ${user}`;
  const either = at(spec, "securityContext", "runAsNonRoot") ?? at(podSpec, "securityContext", "runAsNonRoot");
  if (either === true) return "it must not run as root";
  if (user !== undefined || either === false || image === "") return undefined;
  const neighbour = guardedImages(platform).get(image);
  return neighbour === undefined ? undefined : `as the same image in ${neighbour}`;
}

function userOf(spec: Fields, podSpec: Fields): unknown {
  return at(spec, "securityContext", "runAsUser") ?? at(podSpec, "securityContext", "runAsUser");
}

/** Image -> workload that runs it with `runAsNonRoot` under the image's own user, so that user has a number. */
const guardedImages = oncePer((platform) => {
  const found = new Map<string, string>();
  for (const workload of workloadsOf(platform)) {
    if (workload.resource.application === undefined || workload.replicas === 0) continue;
    for (const { spec, image } of placedContainers(workload)) {
      const context = fieldsAt(spec, "securityContext");
      const guarded = (context["runAsNonRoot"] ?? at(workload.podSpec, "securityContext", "runAsNonRoot")) === true;
      if (guarded && userOf(spec, workload.podSpec) === undefined && image !== "" && !found.has(image)) {
        found.set(image, `${workload.kind} ${workload.namespace ?? ""}/${workload.name}`);
      }
    }
  }
  return found;
});

/** A port below 1024 the container listens on, by its own ports, its probes, or a Service that leads there. */
function lowPort(platform: Platform, workload: RepositoryWorkload, { spec }: PlacedContainer): number | undefined {
  const own = itemsAt(spec, "ports").map((port) => port["containerPort"]);
  const probes = ["startupProbe", "readinessProbe", "livenessProbe"].flatMap((probe) =>
    ["httpGet", "tcpSocket", "grpc"].map((way) => at(spec, probe, way, "port")),
  );
  const services = servicesOf(platform, workload).flatMap((service) => portsOf(service).map(({ target }) => target));
  return [...own, ...probes, ...services].find((port): port is number => typeof port === "number" && port < 1024);
}
