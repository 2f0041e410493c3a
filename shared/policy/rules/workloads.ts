/** What a pod may be: Pod Security, images, resources, probes. */
import { limitProblems, limitsOf, RESOURCE_NAMES } from "../../repository/limit-range.ts";
import { oncePer } from "../../repository/lookup.ts";
import type { Platform, Resource } from "../../repository/platform.ts";
import { podAmount } from "../../repository/pod-amounts.ts";
import { parseQuantity } from "../../repository/quantity.ts";
import { at, fieldsAt, itemsAt, listAt } from "../../repository/values.ts";
import { asContainer, asWorkload, type RepositoryWorkload, workloadsOf } from "../../repository/workloads.ts";
import { isPinned, registryOf } from "../images.ts";
import { type Keys, type ObjectRule, type Problem, problemAt, type Review } from "../review.ts";

/** Init containers, containers and ephemeral ones alike, with their places in the object. */
export function allContainers({ podSpec, templatePath }: RepositoryWorkload) {
  const lists = ["initContainers", "containers", "ephemeralContainers"];
  return lists.flatMap((list) =>
    itemsAt(podSpec, list).map((spec, index) => {
      const place: Keys = [...templatePath, "spec", list, index];
      return { ...asContainer(spec, index), place };
    }),
  );
}

function onWorkload(
  check: (workload: RepositoryWorkload) => readonly Problem[],
): (resource: Resource) => readonly Problem[] {
  return (resource) => {
    const workload = asWorkload(resource);
    return workload === undefined ? [] : check(workload);
  };
}

export const disallowPrivileged: ObjectRule = {
  id: "pod-security-baseline",
  decision: "deny",
  on: "written",
  check: onWorkload((workload) => {
    const { podSpec, templatePath } = workload;
    const problems = ["hostNetwork", "hostPID", "hostIPC"]
      .filter((field) => podSpec[field] === true)
      .map((field) => problemAt(`it uses ${field}`, ...templatePath, "spec", field));
    const mounted = itemsAt(podSpec, "volumes").findIndex((volume) => volume["hostPath"] !== undefined);
    if (mounted !== -1) {
      problems.push(problemAt("it mounts a path of the host", ...templatePath, "spec", "volumes", mounted));
    }
    for (const { name, spec, place } of allContainers(workload)) {
      const own = (message: string, ...keys: Keys) =>
        problems.push(problemAt(`container ${name} ${message}`, ...place, ...keys));
      if (at(spec, "securityContext", "privileged") === true) own("is privileged", "securityContext", "privileged");
      const added = listAt(spec, "securityContext", "capabilities", "add").filter((one) => one !== "NET_BIND_SERVICE");
      if (added.length > 0) own("adds capabilities", "securityContext", "capabilities", "add");
      if (itemsAt(spec, "ports").some((port) => typeof port["hostPort"] === "number" && port["hostPort"] !== 0)) {
        own("takes a port of the host", "ports");
      }
    }
    return problems;
  }),
};

/** Pod Security Standards, profile "restricted" (kubernetes.io/docs/concepts/security/pod-security-standards). */
export const podSecurityRestricted: ObjectRule = {
  id: "pod-security-restricted",
  decision: "human",
  on: "created",
  check: onWorkload((workload) => {
    const pod = fieldsAt(workload.podSpec, "securityContext");
    return allContainers(workload).flatMap(({ name, spec, place }) => {
      const own = fieldsAt(spec, "securityContext");
      const either = (...keys: string[]) => at(own, ...keys) ?? at(pod, ...keys);
      const problems: string[] = [];
      if (own["allowPrivilegeEscalation"] !== false) problems.push("allows privilege escalation");
      if (!listAt(own, "capabilities", "drop").includes("ALL")) problems.push("keeps capabilities");
      if (either("runAsNonRoot") !== true || either("runAsUser") === 0) problems.push("may run as root");
      const profile = either("seccompProfile", "type");
      if (profile !== "RuntimeDefault" && profile !== "Localhost") problems.push("has no seccomp profile");
      if (own["readOnlyRootFilesystem"] !== true) problems.push("can write its root file system");
      return problems.map((problem) => problemAt(`container ${name} ${problem}`, ...place, "securityContext"));
    });
  }),
};

export const disallowLatestTag: ObjectRule = {
  id: "disallow-latest-tag",
  decision: "deny",
  on: "created",
  check: onWorkload((workload) =>
    allContainers(workload)
      .filter(({ image }) => !isPinned(image))
      .map(({ name, place }) =>
        problemAt(`the image of container ${name} is not pinned to a version`, ...place, "image"),
      ),
  ),
};

/** Images the repository already runs come from registries somebody chose; others need to be allowed by name. */
export const restrictRegistries: ObjectRule = {
  id: "restrict-image-registries",
  decision: "deny",
  on: "written",
  check(resource, { before, settings }) {
    const workload = asWorkload(resource);
    if (workload === undefined) return [];
    const known = (registry: string) => isAllowed(registry, before, settings);
    return allContainers(workload)
      .filter(({ image }) => !known(registryOf(image)))
      .map(({ name, image, place }) => {
        const from = `container ${name} takes its image from ${registryOf(image).slice(0, 100)}`;
        return problemAt(`${from}, which ${because(settings)}`, ...place, "image");
      });
  },
};

const usedRegistries = oncePer(
  (platform) =>
    new Set(
      workloadsOf(platform)
        .flatMap(allContainers)
        .map(({ image }) => registryOf(image)),
    ),
);

function isAllowed(registry: string, before: Platform, settings: Review["settings"]): boolean {
  const under = (one: string) => registry === one || registry.startsWith(`${one}/`);
  if (settings.allowedRegistries?.some(under) === true) return true;
  return usedRegistries(before).has(registry) && settings.onlyRegistries?.some(under) !== false;
}

function because({ onlyRegistries }: Review["settings"]): string {
  return onlyRegistries === undefined ? "nothing here uses" : "the policy of the repository does not list";
}

export const requireLimits: ObjectRule = {
  id: "require-pod-requests-limits",
  decision: "deny",
  on: "created",
  check: onWorkload((workload) =>
    allContainers(workload).flatMap(({ name, requests, limits, place }) => {
      const missing = [
        ...RESOURCE_NAMES.filter((one) => requests[one] === undefined && limits[one] === undefined).map(
          (one) => `${one} request`,
        ),
        ...(limits["memory"] === undefined ? ["memory limit"] : []),
      ];
      return missing.map((one) => problemAt(`container ${name} has no ${one}`, ...place, "resources"));
    }),
  ),
};

export const requireProbes: ObjectRule = {
  id: "require-probes",
  decision: "human",
  on: "created",
  check: onWorkload(({ kind, containers, templatePath }) =>
    kind === "Job" || kind === "CronJob"
      ? []
      : containers
          .filter(({ spec }) => spec["readinessProbe"] === undefined || spec["livenessProbe"] === undefined)
          .map(({ name, index }) =>
            problemAt(`container ${name} has no probes`, ...templatePath, "spec", "containers", index),
          ),
  ),
};

export const limitRange: ObjectRule = {
  id: "limit-range",
  decision: "deny",
  on: "written",
  check(resource, { after }) {
    const limits = limitsOf(after, resource.namespace);
    if (limits === undefined) return [];
    if (resource.kind === "PersistentVolumeClaim") {
      const size = parseQuantity(at(resource.object, "spec", "resources", "requests", "storage"));
      if (size === undefined) return [];
      const isOutside = size < (limits.claimMin ?? 0) || size > (limits.claimMax ?? Number.POSITIVE_INFINITY);
      const message = `LimitRange ${limits.names.join(", ")}: its size is outside the bounds`;
      return isOutside ? [problemAt(message, "spec", "resources", "requests", "storage")] : [];
    }
    const workload = asWorkload(resource);
    if (workload === undefined) return [];
    const said = (problem: string, ...keys: Keys) =>
      problemAt(`LimitRange ${limits.names.join(", ")}: ${problem}`, ...workload.templatePath, "spec", ...keys);
    const problems = workload.containers.flatMap(({ name, index, requests, limits: set }) =>
      limitProblems(limits, requests, set).map((problem) =>
        said(`container ${name}: ${problem}`, "containers", index, "resources"),
      ),
    );
    for (const name of RESOURCE_NAMES) {
      const sum = workload.containers.reduce(
        (all, one) => all + (parseQuantity(one.limits[name]) ?? limits.defaultLimit[name] ?? 0),
        0,
      );
      if (sum > (limits.podMax[name] ?? Number.POSITIVE_INFINITY)) {
        problems.push(said(`the pod's ${name} limit is over the maximum`));
      }
      if (podAmount(workload, "requests", name, limits) < (limits.podMin[name] ?? 0)) {
        problems.push(said(`the pod's ${name} request is under the minimum`));
      }
    }
    return problems;
  },
};
