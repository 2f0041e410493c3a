/** Pod Security Standards, as the API server's admission evaluates them (kubernetes.io/docs/concepts/security/pod-security-standards). */
import { at, type Fields, fieldsAt, itemsAt, listAt, textAt } from "../repository/values.ts";

export const LEVELS = ["restricted", "baseline"] as const;
export type PodSecurityLevel = (typeof LEVELS)[number];

const BASELINE_CAPABILITIES = new Set(
  "AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT".split(
    " ",
  ),
);
const SAFE_SYSCTLS = new Set([
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.ping_group_range",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
]);
const RESTRICTED_VOLUMES = new Set(
  "configMap csi downwardAPI emptyDir ephemeral image persistentVolumeClaim projected secret".split(" "),
);
const SELINUX_TYPES = new Set(["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"]);

/** Why a pod is not admitted at `level`; [] when it is. `annotations` are those of the pod template. */
export function podSecurityProblems(
  level: PodSecurityLevel,
  spec: Fields,
  annotations: Fields = {},
): readonly string[] {
  return level === "baseline" ? baseline(spec, annotations) : [...baseline(spec, annotations), ...restricted(spec)];
}

function containersOf(spec: Fields): readonly Fields[] {
  return ["initContainers", "containers", "ephemeralContainers"].flatMap((list) => itemsAt(spec, list));
}

function nameOf(container: Fields): string {
  return `container ${textAt(container, "name") ?? ""}`;
}

function baseline(spec: Fields, annotations: Fields): readonly string[] {
  const problems = ["hostNetwork", "hostPID", "hostIPC"]
    .filter((one) => spec[one] === true)
    .map((one) => `it uses ${one}`);
  if (itemsAt(spec, "volumes").some((one) => one["hostPath"] !== undefined))
    problems.push("it mounts a path of the host");
  const sysctls = itemsAt(spec, "securityContext", "sysctls").map((one) => textAt(one, "name") ?? "");
  if (sysctls.some((one) => !SAFE_SYSCTLS.has(one))) problems.push("it sets kernel parameters that are not safe");
  const profiles = Object.entries(annotations).filter(([key]) => key.startsWith("container.apparmor.security.beta."));
  if (profiles.some(([, value]) => value !== "runtime/default" && !String(value).startsWith("localhost/"))) {
    problems.push("it runs without AppArmor");
  }
  problems.push(...contextProblems("the pod", fieldsAt(spec, "securityContext")));
  for (const container of containersOf(spec)) {
    const own = fieldsAt(container, "securityContext");
    const name = nameOf(container);
    problems.push(...contextProblems(name, own));
    if (own["privileged"] === true) problems.push(`${name} is privileged`);
    if (listAt(own, "capabilities", "add").some((one) => !BASELINE_CAPABILITIES.has(String(one)))) {
      problems.push(`${name} adds capabilities`);
    }
    if ((own["procMount"] ?? "Default") !== "Default") problems.push(`${name} unmasks /proc`);
    if (itemsAt(container, "ports").some((port) => (port["hostPort"] ?? 0) !== 0))
      problems.push(`${name} takes a port of the host`);
    if (asksOtherHosts(container)) problems.push(`${name} has a probe or hook with a host of its own`);
  }
  return problems;
}

/** Probes and hooks that name a host (forbidden since Kubernetes 1.34). */
function asksOtherHosts(container: Fields): boolean {
  const probes = ["livenessProbe", "readinessProbe", "startupProbe"].map((one) => container[one]);
  const hooks = ["postStart", "preStop"].map((one) => at(container, "lifecycle", one));
  return [...probes, ...hooks].some((one) =>
    ["httpGet", "tcpSocket"].some((kind) => textAt(one, kind, "host") !== undefined),
  );
}

/** What pods and containers say in the same fields. */
function contextProblems(name: string, context: Fields): readonly string[] {
  const problems: string[] = [];
  if (at(context, "seccompProfile", "type") === "Unconfined") problems.push(`${name} runs without seccomp`);
  if (at(context, "appArmorProfile", "type") === "Unconfined") problems.push(`${name} runs without AppArmor`);
  if (at(context, "windowsOptions", "hostProcess") === true) problems.push(`${name} is a process of the host`);
  const linux = fieldsAt(context, "seLinuxOptions");
  if (!SELINUX_TYPES.has(textAt(linux, "type") ?? "") || linux["user"] !== undefined || linux["role"] !== undefined) {
    problems.push(`${name} changes its SELinux context`);
  }
  return problems;
}

function restricted(spec: Fields): readonly string[] {
  const pod = fieldsAt(spec, "securityContext");
  const problems: string[] = [];
  for (const volume of itemsAt(spec, "volumes")) {
    const odd = Object.keys(volume).find((key) => key !== "name" && !RESTRICTED_VOLUMES.has(key));
    if (odd !== undefined && odd !== "hostPath") problems.push(`volume ${textAt(volume, "name") ?? ""} is a ${odd}`);
  }
  if (pod["runAsUser"] === 0) problems.push("the pod runs as root");
  for (const container of containersOf(spec)) {
    const own = fieldsAt(container, "securityContext");
    const name = nameOf(container);
    if (own["allowPrivilegeEscalation"] !== false) problems.push(`${name} allows privilege escalation`);
    if (!listAt(own, "capabilities", "drop").includes("ALL")) problems.push(`${name} keeps capabilities`);
    const added = listAt(own, "capabilities", "add");
    if (added.some((one) => one !== "NET_BIND_SERVICE")) problems.push(`${name} adds capabilities`);
    if ((own["runAsNonRoot"] ?? pod["runAsNonRoot"]) !== true) problems.push(`${name} may run as root`);
    if (own["runAsUser"] === 0) problems.push(`${name} runs as root`);
    const profile = at(own, "seccompProfile", "type") ?? at(pod, "seccompProfile", "type");
    if (profile !== "RuntimeDefault" && profile !== "Localhost") problems.push(`${name} has no seccomp profile`);
  }
  return problems;
}
