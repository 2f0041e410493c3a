/**
 * Rights that changed still let their accounts do what they do: the pods that run as them log no refusal of the API server
 * they did not log before. The refusal names the account (apiserver: `User "system:serviceaccount:…" cannot …`).
 */
import type { ObjectRef } from "../domain/change-set.ts";
import type { ClusterReader } from "../ports.ts";
import { itemsAt, textAt } from "../repository/values.ts";
import { type Check, failed, type Look, notApplicable, successful, type World, worstOf } from "./check.ts";
import { fingerprint } from "./fingerprint.ts";
import { LOG_SECONDS, LOGGED_PODS } from "./logs.ts";
import { runningPods } from "./running-pods.ts";
import { metricLimits } from "./schedule.ts";
import { key } from "./targets.ts";

const RBAC = "rbac.authorization.k8s.io/v1";
type Cluster = Pick<ClusterReader, "object" | "list" | "logs">;

export const access: Check = {
  name: "access",
  // A refusal stays in the log, so a second look would add nothing.
  limits: (schedule) => ({ ...metricLimits(schedule), failureLimit: 0 }),
  async look(world) {
    const { baseline, cluster, objects, signal } = world;
    if (!objects.some(isAccess)) return notApplicable("no rights are changed");
    const accounts = new Set([...(baseline?.accounts ?? []), ...(await accountsOf(objects, cluster, signal))]);
    const looks = await Promise.all([...accounts].map((account) => lookAt(account, world)));
    return worstOf(looks, "the rights that are changed belong to no account");
  },
};

/** The ServiceAccounts (`namespace/name`) whose rights these objects are. Of ClusterRoles only those bound right here are known. */
export async function accountsOf(
  objects: readonly ObjectRef[],
  cluster: Cluster,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const found = await Promise.all(
    objects.filter(isAccess).map(async ({ apiVersion, kind, namespace = "", name }) => {
      if (kind === "ServiceAccount") return [key(namespace, name)];
      if (kind === "Role") {
        const bindings = await cluster.list(RBAC, "RoleBinding", namespace, signal);
        const own = bindings.filter(
          (one) => textAt(one, "roleRef", "kind") === kind && textAt(one, "roleRef", "name") === name,
        );
        return own.flatMap((binding) => subjectsOf(binding, namespace));
      }
      return kind === "ClusterRole"
        ? []
        : subjectsOf(await cluster.object(apiVersion, kind, namespace, name, signal), namespace);
    }),
  );
  return [...new Set(found.flat())].sort();
}

/** Fingerprints of the refusals in the logs of an account's pods. */
export async function refusalsOf(
  account: string,
  seconds: number,
  cluster: Cluster,
  signal?: AbortSignal,
): Promise<{ readonly pods: number; readonly refusals: ReadonlyMap<string, string> }> {
  const [namespace = "", name = ""] = account.split("/");
  const running = (await runningPods(namespace, cluster, signal)).filter((pod) => pod.account === name);
  const read = running.slice(0, LOGGED_PODS);
  const logged = await Promise.all(read.map((pod) => cluster.logs(namespace, pod.name, seconds, signal)));
  const refused = logged.flat().filter((line) => isRefusal(line, namespace, name));
  return { pods: read.length, refusals: new Map(refused.map((line) => [fingerprint(line), line])) };
}

async function lookAt(account: string, { baseline, cluster, now, since, signal }: World): Promise<Look> {
  const seconds = Math.min(LOG_SECONDS, Math.ceil((now - since) / 1_000) + 1);
  const { pods, refusals } = await refusalsOf(account, seconds, cluster, signal);
  if (pods === 0) return notApplicable(`no pod runs as ${account}`);
  const known = new Set(baseline?.logFingerprints ?? []);
  const [fresh] = [...refusals].filter(([print]) => !known.has(print));
  if (fresh === undefined) return successful(`${pods} pods that run as ${account} are refused nothing new`, 0);
  return failed(`${account} is refused: ${fresh[1].replace(/[\p{C}\s]+/gu, " ").slice(0, 300)}`, refusals.size);
}

function isRefusal(line: string, namespace: string, name: string): boolean {
  return /forbidden|cannot/i.test(line) && line.slice(0, 4_000).includes(`system:serviceaccount:${namespace}:${name}`);
}

function isAccess({ apiVersion, kind }: ObjectRef): boolean {
  if (apiVersion === "v1") return kind === "ServiceAccount";
  return apiVersion.startsWith("rbac.authorization.k8s.io/") && /^(?:Cluster)?Role(?:Binding)?$/.test(kind);
}

function subjectsOf(binding: unknown, home: string): readonly string[] {
  return itemsAt(binding, "subjects").flatMap((subject) => {
    const name = textAt(subject, "name");
    if (subject["kind"] !== "ServiceAccount" || name === undefined) return [];
    return [key(textAt(subject, "namespace") ?? home, name)];
  });
}
