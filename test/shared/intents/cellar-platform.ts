/** A platform about what lasts and who may do what: databases without volumes, settings in ConfigMaps, accounts with rights. */
import type { Platform } from "../../../shared/repository/platform.ts";
import { application, platformOf } from "../../support/platform.ts";

const STORAGE = `# Fast for databases, cold for archives.
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata:
  name: fast
provisioner: driver.longhorn.io
allowVolumeExpansion: true
reclaimPolicy: Retain
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata:
  name: cold
provisioner: nfs.csi.k8s.io
`;

interface Shape {
  readonly pod?: string;
  readonly rest?: string;
  readonly spec?: string;
  readonly mark?: string;
}

export function database(
  name: string,
  image: string,
  { pod = "", rest = "", spec = "", mark = "" }: Shape = {},
): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  namespace: cellar
  labels:
    app: ${name}
spec:
  replicas: 1 # one writer
${spec}  selector:
    matchLabels:
      app: ${name}
  template:
    metadata:
      labels:
        app: ${name}
${mark}    spec:
      containers:
        - name: ${name}
          image: ${image} # of the cellar
          resources:
            requests:
              cpu: 100m
              memory: 256Mi
            limits:
              memory: 256Mi
${rest}${pod}`;
}

export function claim(name: string, size: string, storageClass?: string): string {
  return `apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: ${name}
  namespace: cellar
spec:
  accessModes:
    - ReadWriteOnce
${storageClass === undefined ? "" : `  storageClassName: ${storageClass}\n`}  resources:
    requests:
      storage: ${size} # as the crates are
`;
}

export const mounting = (volume: string, path: string) =>
  `          volumeMounts:\n            - name: ${volume}\n              mountPath: ${path}\n`;
export const claimed = (volume: string, name: string) =>
  `        - name: ${volume}\n          persistentVolumeClaim:\n            claimName: ${name}\n`;
export const EMPTY = "      volumes:\n        - name: data\n          emptyDir: {}\n";

export const REDIS_CONF = `apiVersion: v1
kind: ConfigMap
metadata:
  name: crates-config
  namespace: cellar
data:
  redis.conf: |
    # Counts crates. Nothing here may be lost.
    dir /data
    save ""
    appendonly no

    maxmemory 2gb
    maxmemory-policy allkeys-lru # evicts
`.replace(" # evicts", "");

const POSTGRES_CONF = `apiVersion: v1
kind: ConfigMap
metadata:
  name: ledger-config
  namespace: cellar
data:
  postgresql.conf: |-
    listen_addresses = '*'
    max_connections = 100 # as the pool has
    log_min_duration_statement = -1
    #log_lock_waits = off
`;

const RBAC = "rbac.authorization.k8s.io";
export const account = (name: string, more = "") =>
  `apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: ${name}\n  namespace: cellar\n${more}`;

/** An operator with rights everywhere that is told to look at its own namespace alone. */
const KEEPER_RIGHTS = `# What the keeper may do.
apiVersion: ${RBAC}/v1
kind: ClusterRole
metadata:
  name: keeper
rules:
  - apiGroups: [""]
    resources: [configmaps, pods]
    verbs: [get, list, watch]
---
apiVersion: ${RBAC}/v1
kind: ClusterRoleBinding
metadata:
  name: keeper # of the keeper
roleRef:
  apiGroup: ${RBAC}
  kind: ClusterRole
  name: keeper
subjects:
  - kind: ServiceAccount
    name: keeper
    namespace: cellar
`;
export const WATCHES = `          env:
            - name: WATCH_NAMESPACE
              valueFrom:
                fieldRef:
                  fieldPath: metadata.namespace
`;
export const under = (name: string) => `      serviceAccountName: ${name}\n`;

/** Files of one namespace, as both layouts hold them. */
export const cellarFiles: Readonly<Record<string, string>> = {
  "storage.yaml": STORAGE,
  "wine-deployment.yaml": database("wine", "postgres:16.4", {
    rest: mounting("data", "/var/lib/postgresql/data"),
    pod: EMPTY,
  }),
  "labels-deployment.yaml": database("labels", "mysql:8.4.2"),
  "ledger-claim.yaml": claim("ledger-store", "20Gi", "fast"),
  "ledger-config.yaml": POSTGRES_CONF,
  "ledger-deployment.yaml": database("ledger", "postgres:16.4", {
    spec: "  strategy:\n    type: Recreate\n",
    rest: `          args: ["-c", "config_file=/etc/postgresql/postgresql.conf"]
          volumeMounts:
            - name: store
              mountPath: /var/lib/postgresql
            - name: config
              mountPath: /etc/postgresql
`,
    pod: `      volumes:
${claimed("store", "ledger-store")}        - name: config
          configMap:
            name: ledger-config
`,
  }),
  "crates-claim.yaml": claim("crates-store", "2Gi", "fast"),
  "crates-config.yaml": REDIS_CONF,
  "crates-deployment.yaml": database("crates", "redis:7.4.1", {
    mark: `      annotations:
        checksum/config: 5f2c # of crates-config
`,
    rest: `          command: ["redis-server", "/etc/redis/redis.conf"]
          volumeMounts:
            - name: store
              mountPath: /data
            - name: config
              mountPath: /etc/redis
`,
    pod: `      volumes:
${claimed("store", "crates-store")}        - name: config
          configMap:
            name: crates-config
`,
  }),
  "gauge-claim.yaml": claim("gauge-store", "20Gi", "fast"),
  "gauge-deployment.yaml": database("gauge", "prom/prometheus:v3.1.0", {
    rest: `          args:
            - --storage.tsdb.path=/prometheus
            - --storage.tsdb.retention.size=40GB
          volumeMounts:
            - name: store
              mountPath: /prometheus
`,
    pod: `      volumes:\n${claimed("store", "gauge-store")}`,
  }),
  "vault-cache-deployment.yaml": database("vault-cache", "redis:7.4.1"),
  "keeper-account.yaml": account("keeper"),
  "keeper-rights.yaml": KEEPER_RIGHTS,
  "keeper-deployment.yaml": database("keeper", "registry.example.org/cellar/keeper:1.4.0", {
    rest: WATCHES,
    pod: under("keeper"),
  }),
  "turner-account.yaml": account("turner"),
  "turner-deployment.yaml": database("turner", "registry.example.org/cellar/turner:2.0.1", {
    rest: '          args: ["--leader-elect", "--slowly"]\n',
    pod: under("turner"),
  }),
};

export function asDirectory(files: Readonly<Record<string, string>>): Record<string, string> {
  const placed = Object.entries(files).map(([name, text]) => [`apps/cellar/${name}`, text]);
  return { "argocd/cellar.yaml": application("cellar", "apps/cellar", "cellar"), ...Object.fromEntries(placed) };
}

/** The same with a kustomization, Windows line endings and without the namespace in each file. */
export function asKustomize(files: Readonly<Record<string, string>>): Record<string, string> {
  const texts = Object.entries(files).map(([name, text]) => [
    `deploy/cellar/${name}`,
    text.replaceAll("\n  namespace: cellar\n", "\n").replaceAll("\n", "\r\n"),
  ]);
  const list = Object.keys(files).map((name) => `  - ${name}\n`);
  return {
    "bootstrap/cellar.yml": application("cellar", "deploy/cellar", "cellar"),
    "deploy/cellar/kustomization.yaml": `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: cellar\nresources:\n${list.join("")}`,
    ...(Object.fromEntries(texts) as Record<string, string>),
  };
}

export const layouts = { directory: asDirectory, kustomize: asKustomize } as const;

export function cellar(
  layout: keyof typeof layouts = "directory",
  more: Readonly<Record<string, string>> = {},
): Platform {
  return platformOf(layouts[layout]({ ...cellarFiles, ...more }));
}
