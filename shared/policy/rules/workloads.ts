/** What a pod may be: Pod Security, images, resources, probes. */
import { limitProblems, limitsOf, RESOURCE_NAMES } from "../../repository/limit-range.ts";
import type { Resource } from "../../repository/platform.ts";
import { podAmount } from "../../repository/pod-amounts.ts";
import { parseQuantity } from "../../repository/quantity.ts";
import { at, fieldsAt, itemsAt, listAt } from "../../repository/values.ts";
import { asContainer, asWorkload, type RepositoryWorkload, workloadsOf } from "../../repository/workloads.ts";
import { isPinned, registryOf } from "../images.ts";
import type { ObjectRule } from "../review.ts";

/** Init containers, containers and ephemeral ones alike. */
function allContainers({ podSpec }: RepositoryWorkload) {
  const lists = ["initContainers", "containers", "ephemeralContainers"];
  return lists.flatMap((list) => itemsAt(podSpec, list)).map(asContainer);
}

function onWorkload(
  check: (workload: RepositoryWorkload) => readonly string[],
): (resource: Resource) => readonly string[] {
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
    const { podSpec } = workload;
    const problems = ["hostNetwork", "hostPID", "hostIPC"]
      .filter((field) => podSpec[field] === true)
      .map((field) => `it uses ${field}`);
    if (itemsAt(podSpec, "volumes").some((volume) => volume["hostPath"] !== undefined))
      problems.push("it mounts a path of the host");
    for (const { name, spec } of allContainers(workload)) {
      if (at(spec, "securityContext", "privileged") === true) problems.push(`container ${name} is privileged`);
      const added = listAt(spec, "securityContext", "capabilities", "add").filter((one) => one !== "NET_BIND_SERVICE");
      if (added.length > 0) problems.push(`container ${name} adds capabilities`);
      if (itemsAt(spec, "ports").some((port) => typeof port["hostPort"] === "number" && port["hostPort"] !== 0)) {
        problems.push(`container ${name} takes a port of the host`);
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
    return allContainers(workload).flatMap(({ name, spec }) => {
      const own = fieldsAt(spec, "securityContext");
      const either = (...keys: string[]) => at(own, ...keys) ?? at(pod, ...keys);
      const problems: string[] = [];
      if (own["allowPrivilegeEscalation"] !== false) problems.push("allows privilege escalation");
      if (!listAt(own, "capabilities", "drop").includes("ALL")) problems.push("keeps capabilities");
      if (either("runAsNonRoot") !== true || either("runAsUser") === 0) problems.push("may run as root");
      const profile = either("seccompProfile", "type");
      if (profile !== "RuntimeDefault" && profile !== "Localhost") problems.push("has no seccomp profile");
      if (own["readOnlyRootFilesystem"] !== true) problems.push("can write its root file system");
      return problems.map((problem) => `container ${name} ${problem}`);
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
      .map(({ name }) => `the image of container ${name} is not pinned to a version`),
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
    const used = new Set(
      workloadsOf(before)
        .flatMap(allContainers)
        .map(({ image }) => registryOf(image)),
    );
    return allContainers(workload)
      .filter(({ image }) => {
        const registry = registryOf(image);
        const allowed = settings.allowedRegistries ?? [];
        return !used.has(registry) && !allowed.some((one) => registry === one || registry.startsWith(`${one}/`));
      })
      .map(
        ({ name, image }) =>
          `container ${name} takes its image from ${registryOf(image).slice(0, 100)}, which nothing here uses`,
      );
  },
};

export const requireLimits: ObjectRule = {
  id: "require-pod-requests-limits",
  decision: "deny",
  on: "created",
  check: onWorkload((workload) =>
    allContainers(workload).flatMap(({ name, requests, limits }) => {
      const missing = [
        ...RESOURCE_NAMES.filter((one) => requests[one] === undefined && limits[one] === undefined).map(
          (one) => `${one} request`,
        ),
        ...(limits["memory"] === undefined ? ["memory limit"] : []),
      ];
      return missing.map((one) => `container ${name} has no ${one}`);
    }),
  ),
};

export const requireProbes: ObjectRule = {
  id: "require-probes",
  decision: "human",
  on: "created",
  check: onWorkload(({ kind, containers }) =>
    kind === "Job" || kind === "CronJob"
      ? []
      : containers
          .filter(({ spec }) => spec["readinessProbe"] === undefined || spec["livenessProbe"] === undefined)
          .map(({ name }) => `container ${name} has no probes`),
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
      return isOutside ? [`LimitRange ${limits.names.join(", ")}: its size is outside the bounds`] : [];
    }
    const workload = asWorkload(resource);
    if (workload === undefined) return [];
    const problems = workload.containers.flatMap(({ name, requests, limits: set }) =>
      limitProblems(limits, requests, set).map((problem) => `container ${name}: ${problem}`),
    );
    for (const name of RESOURCE_NAMES) {
      const sum = workload.containers.reduce(
        (all, one) => all + (parseQuantity(one.limits[name]) ?? limits.defaultLimit[name] ?? 0),
        0,
      );
      if (sum > (limits.podMax[name] ?? Number.POSITIVE_INFINITY))
        problems.push(`the pod's ${name} limit is over the maximum`);
      if (podAmount(workload, "requests", name, limits) < (limits.podMin[name] ?? 0))
        problems.push(`the pod's ${name} request is under the minimum`);
    }
    return problems.map((problem) => `LimitRange ${limits.names.join(", ")}: ${problem}`);
  },
};
