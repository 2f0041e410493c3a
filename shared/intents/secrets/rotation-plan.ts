/** Everything the rotation of a database's password needs, found in the repository; or why it would lock somebody out. */
import { isPinned } from "../../policy/images.ts";
import { doubtAbout } from "../../policy/rules/doubt.ts";
import { inNamespace, ofKind } from "../../repository/lookup.ts";
import type { Platform, RepositoryApplication, Resource } from "../../repository/platform.ts";
import { makerOf, namesSecret, type SecretUse, usesOf, writerOf } from "../../repository/secrets.ts";
import { type Fields, fieldsAt, itemsAt, stringsAt, textAt } from "../../repository/values.ts";
import { asWorkload, type Container, type RepositoryWorkload, workloadsOf } from "../../repository/workloads.ts";
import { serviceFor } from "../databases/backup-plan.ts";
import { credentialsFor, type Database, databaseIn } from "../databases/databases.ts";
import { wordsOf } from "../edit/workload-edit.ts";
import { editableIn } from "../targets.ts";
import { isRunning } from "../traffic/callers.ts";
import { type KubectlImage, kubectlImage } from "./kubectl-image.ts";
import { changeScript } from "./rotation-scripts.ts";

export interface RotationPlan {
  readonly application: RepositoryApplication;
  readonly workload: RepositoryWorkload;
  readonly container: Container;
  readonly database: Database;
  readonly service: Resource;
  readonly port: number;
  /** Variables by which its client logs in, without the password. */
  readonly login: readonly Fields[];
  readonly secret: string;
  readonly key: string;
  /** Who has the password as a variable: they see the new one only when they start again. */
  readonly restarted: readonly RepositoryWorkload[];
  readonly change: string;
  readonly kubectl: KubectlImage;
}

/** The password of a database as its own container names it: variable, Secret and key. */
interface Password {
  readonly variable: string;
  readonly secret: string;
  readonly key: string;
}

/** A Secret's key that is safe in a script and in JSON, with room for `.next` (Kubernetes allows 253 characters). */
const KEY = /^[-._A-Za-z0-9]{1,200}$/;
/** The client's variable for the password, among those it logs in by. */
const PASSWORD = /PASSWORD|PWD|AUTH/;
/** A key of the same Secret that may hold the password inside of an address. */
const ADDRESS_KEY = /ur[il]|dsn|conn|address|jdbc/i;
/** A sign that somebody logs in by what stands in the open. */
const CREDENTIAL = /passw(or)?d|:\/\/[^\s/:@"]+:[^\s/@"]+@/i;

/** Everything the rotation needs, or why it is left to a person. */
export function rotationPlan(platform: Platform, workload: RepositoryWorkload): RotationPlan | string {
  const application = editableIn(platform, workload.resource);
  if (typeof application === "string") return application;
  const { container, password } = passwordIn(workload) ?? {};
  const database = container === undefined ? undefined : databaseIn(container);
  if (container === undefined || database === undefined) return `${workload.name} runs no known database`;
  const change = changeScript(database.kind);
  if (change === undefined) return `how a password of ${database.kind} is changed safely is not known here`;
  if (password === undefined) return `the password of ${workload.name} is not taken from a Secret by secretKeyRef`;
  if (!takesVariable(database, container, password.variable)) {
    return `nothing shows that ${database.kind} is started with the password of ${password.variable}`;
  }
  const stored = storedElsewhere(platform, workload, password) ?? existingRotation(platform, workload, password);
  if (stored !== undefined) return stored;
  if (workload.replicas !== 1) return `it runs ${workload.replicas} pods, and which of them is the primary is not said`;
  if (!isPinned(container.image)) return `image ${container.image || "(none)"} is not pinned to a version`;
  const credentials = credentialsFor(database, container);
  if (typeof credentials === "string") return credentials;
  const found = serviceFor(platform, workload, container, database);
  if (found === undefined) return `no Service leads to port ${database.port} of ${workload.name}`;
  const readers = readersOf(platform, workload, password);
  if (typeof readers === "string") return readers;
  const outsider = lockedOut(platform, workload, found.service, password);
  if (outsider !== undefined) return outsider;
  const kubectl = kubectlImage(platform, workload.namespace ?? "");
  if (kubectl === undefined)
    return "no pinned image with kubectl and a shell is in use here, by which a job could do it";
  const login = credentials.filter((entry) => !PASSWORD.test(String(entry["name"])));
  const { secret, key } = password;
  return {
    application,
    workload,
    container,
    database,
    ...found,
    login,
    secret,
    key,
    restarted: readers,
    change,
    kubectl,
  };
}

/** Redis itself reads no variables: its command line names the password, unless the image's own start script does. */
function takesVariable({ kind }: Database, { spec, image }: Container, variable: string): boolean {
  if (kind !== "redis" || /(^|\/)bitnami(legacy)?\//.test(image)) return true;
  const words = [spec["command"], spec["args"]].flat().map(String).join(" ");
  return /requirepass/.test(words) && words.includes(variable);
}

/** The container that runs a known database, and its password if that comes from a Secret. */
export function passwordIn(
  workload: RepositoryWorkload,
): { readonly container: Container; readonly password: Password | undefined } | undefined {
  const container = workload.containers.find((one) => databaseIn(one) !== undefined);
  if (container === undefined) return undefined;
  const names = databaseIn(container)?.credentials.find(({ as }) => PASSWORD.test(as))?.from ?? [];
  const entries = itemsAt(container.spec, "env");
  const entry = names.map((name) => entries.find((one) => one["name"] === name)).find((one) => one !== undefined);
  const reference = fieldsAt(entry, "valueFrom", "secretKeyRef");
  const [secret, key] = [textAt(reference, "name"), textAt(reference, "key")];
  const isKnown = secret !== undefined && key !== undefined && KEY.test(key);
  return { container, password: isKnown ? { variable: textAt(entry, "name") ?? "", secret, key } : undefined };
}

/** Why the Secret is not the place where the password is decided: a change there would be put back. */
function storedElsewhere(platform: Platform, { namespace = "" }: RepositoryWorkload, password: Password) {
  const maker = makerOf(platform, namespace, password.secret);
  const secret = `Secret ${password.secret}`;
  if (maker?.kind === "ExternalSecret" || maker?.kind === "ClusterExternalSecret") {
    return `${secret} comes from ${maker.kind} ${maker.name}; its store rotates it, or nobody can`;
  }
  if (maker?.kind === "SealedSecret") return `${secret} is sealed in ${maker.path}; a new value has to be sealed`;
  if (maker?.kind === "Secret" && (maker.object["data"] ?? maker.object["stringData"]) !== undefined) {
    return `${secret} stands in ${maker.path} with its values, and Argo CD would put the old one back`;
  }
  if (maker !== undefined && maker.kind !== "Secret") return `${secret} is made by ${maker.kind} ${maker.name}`;
  const annotations = Object.keys(stringsAt(maker?.object, "metadata", "annotations"));
  if (annotations.some((one) => /reflector|replicator|replicate/i.test(one))) {
    return `${secret} is copied into other namespaces, whose readers are not known`;
  }
  const generator = ofKind(platform, "Password").find(({ apiVersion }) =>
    apiVersion.startsWith("generators.external-secrets.io/"),
  );
  if (generator !== undefined && ofKind(platform, "PushSecret").length > 0) {
    return `the repository makes passwords with External Secrets (${generator.path}); let a PushSecret rotate this one too`;
  }
  const doubt = doubtAbout(platform, namespace, password.secret);
  return doubt === undefined ? undefined : `who makes ${secret} is not certain: ${doubt}`;
}

/** Something that already changes the Secret: its account may patch it. */
function existingRotation(platform: Platform, { namespace = "" }: RepositoryWorkload, { secret }: Password) {
  const role = writerOf(platform, namespace, secret);
  return role === undefined
    ? undefined
    : `Role ${role.name} (${role.path}) already lets something change Secret ${secret}`;
}

/** Who has to start again after the change; a text names a reader that would be left with a stale password. */
function readersOf(
  platform: Platform,
  database: RepositoryWorkload,
  { secret, key, variable }: Password,
): readonly RepositoryWorkload[] | string {
  const namespace = database.namespace ?? "";
  const uses = usesOf(platform, namespace, secret).filter(({ way }) => way !== "image pull");
  const whole = uses.find(({ keys }) => keys === undefined);
  if (whole !== undefined)
    return `${named(whole)} takes all keys of Secret ${secret}; one of them may hold the password too`;
  const address = uses.find(({ keys }) => keys?.some((one) => one !== key && ADDRESS_KEY.test(one)) === true);
  if (address !== undefined)
    return `${named(address)} reads ${address.keys?.join(", ")} of Secret ${secret}, which may hold the password too`;
  const twice = uses.find((one) => isOwnVariable(database, one, key) && one.variable !== variable);
  if (twice !== undefined) return `the database takes ${secret}/${key} for ${twice.variable} as well`;
  const file = uses.find(({ way, keys }) => way === "volume" && keys?.includes(key) === true);
  if (file !== undefined)
    return `${named(file)} reads the password from a file; whether it reads it again is not known`;
  const other = inNamespace(platform, namespace).find(
    (resource) => asWorkload(resource) === undefined && resource.kind !== "Secret" && namesSecret(resource, secret),
  );
  if (other !== undefined) return `${other.kind} ${other.name} names Secret ${secret} too`;
  const readers = uses.filter(({ keys, workload }) => keys?.includes(key) === true && isRunning(workload));
  const withOwn = readers.filter((one) => !isOwnVariable(database, one, key) || usesItself(database, variable));
  const unread = withOwn.find(({ workload }) => workload.resource.application === undefined);
  if (unread !== undefined) return `${named(unread)} reads the password, but no Application reads its file`;
  return [...new Map(withOwn.map(({ workload }) => [`${workload.kind}/${workload.name}`, workload])).values()];
}

/** The database's own variable: it is asked once, when the data directory is made, or replaced by the change itself. */
function isOwnVariable(database: RepositoryWorkload, { workload, container, keys }: SecretUse, key: string): boolean {
  const isSame = workload.resource === database.resource;
  return isSame && container === passwordIn(database)?.container.name && keys?.includes(key) === true;
}

/** Probes and hooks of the database log in by the variable, which would be the old one until it starts again. */
function usesItself({ podSpec }: RepositoryWorkload, variable: string): boolean {
  const commands = itemsAt(podSpec, "containers").map((spec) => [
    spec["startupProbe"],
    spec["readinessProbe"],
    spec["livenessProbe"],
    spec["lifecycle"],
  ]);
  return JSON.stringify(commands).includes(variable);
}

/** Somebody who calls the database and logs in by other means, perhaps as the same user. */
function lockedOut(platform: Platform, database: RepositoryWorkload, service: Resource, { secret, key }: Password) {
  const { namespace = "" } = database;
  const own = passwordIn(database)?.container;
  const others = usesOf(platform, namespace, secret).filter(
    (one) =>
      one.workload.resource === database.resource && one.container === own?.name && one.keys?.includes(key) !== true,
  );
  for (const workload of workloadsOf(platform)) {
    if (workload.resource === database.resource) continue;
    const words = wordsOf(platform, workload);
    if (!calls(words, service.name, namespace, workload.namespace === namespace)) continue;
    const reads = usesOf(platform, workload.namespace ?? "", secret).filter((one) => one.workload === workload);
    const isReader = workload.namespace === namespace && reads.some(({ keys }) => keys?.includes(key) === true);
    // Another account of the same database, which the database's own container knows by another key.
    const isOther = reads.some(({ keys }) => others.some((other) => other.keys?.join() === keys?.join()));
    const logsIn = /"secret(KeyRef|Ref|Name)":/.test(words) || CREDENTIAL.test(words);
    if (!isReader && !isOther && logsIn) {
      const { kind, name } = workload;
      return `${kind} ${workload.namespace}/${name} calls ${service.name} and takes its password from elsewhere`;
    }
  }
  return undefined;
}

function calls(words: string, service: string, namespace: string, isNear: boolean): boolean {
  const escaped = service.replaceAll(".", "\\.");
  const host = isNear
    ? `${escaped}(\\.${namespace}(\\.svc[-.a-z0-9]*)?)?`
    : `${escaped}\\.${namespace}(\\.svc[-.a-z0-9]*)?`;
  return new RegExp(`(["/@=,\\s])${host}(?=[:"/,\\s\\\\?])`).test(words);
}

function named({ workload: { kind, name } }: SecretUse): string {
  return `${kind} ${name}`;
}
