/** An archive and its databases, some of them run by operators, once as a plain folder and once with kustomize. */
import type { Platform } from "../../../shared/repository/platform.ts";
import { application, platformOf } from "../../support/platform.ts";
import {
  DENY,
  LEDGER,
  LOANS,
  POLICY_FILE,
  PROMETHEUS,
  PUSHGATEWAY,
  SHELVES_EXPORTER,
  SIZES,
} from "./database-platform-objects.ts";

function service(name: string, port: number): string {
  return `apiVersion: v1
kind: Service
metadata:
  name: ${name}
  namespace: archive
  labels:
    app: ${name}
spec:
  selector:
    app: ${name}
  ports:
    - name: main
      port: ${port}
      targetPort: ${port}
`;
}

function database(name: string, image: string, env: string, extra = ""): string {
  return `apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: ${name}
  namespace: archive
  labels:
    app: ${name}
spec:
  serviceName: ${name}
  selector:
    matchLabels:
      app: ${name}
  template:
    metadata:
      labels:
        app: ${name}
    spec:
      containers:
        - name: main
          image: ${image}
          env:
${env}${extra}${SIZES}  volumeClaimTemplates:
    - metadata:
        name: data
      spec:
        storageClassName: fast
        accessModes:
          - ReadWriteOnce
        resources:
          requests:
            storage: 20Gi
`;
}

function secret(name: string, key: string, from = "records"): string {
  return `            - name: ${name}
              valueFrom:
                secretKeyRef:
                  name: ${from}
                  key: ${key}
`;
}

const CATALOGUE = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: catalogue
  namespace: archive
  labels:
    app: catalogue
spec:
  replicas: 3
  selector:
    matchLabels:
      app: catalogue
  template:
    metadata:
      labels:
        app: catalogue
    spec:
      securityContext:
        runAsNonRoot: true
        runAsUser: 1000
      initContainers:
        # The database may come up later than we do.
        - name: wait
          image: registry.example.org/archive/wait:1.2.0
          args: [records, "5432"]
        # Before anything else the tables.
        - name: migrate
          image: registry.example.org/archive/catalogue:7.3.0
          command: [alembic, upgrade, head]
          envFrom:
            - configMapRef:
                name: catalogue
          env:
            - name: DATABASE_PASSWORD
              valueFrom:
                secretKeyRef:
                  name: records
                  key: password
      containers:
        - name: catalogue # what readers see
          image: registry.example.org/archive/catalogue:7.3.0
          envFrom:
            - configMapRef:
                name: catalogue
${SIZES}`;

const SETTINGS = `apiVersion: v1
kind: ConfigMap
metadata:
  name: catalogue
  namespace: archive
  labels:
    app: catalogue
data:
  DATABASE_HOST: records
`;

const READING_ROOM = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: reading-room
  namespace: archive
  labels:
    app: reading-room
spec:
  replicas: 2
  selector:
    matchLabels:
      app: reading-room
  template:
    metadata:
      labels:
        app: reading-room
    spec:
      containers:
        - name: reading-room
          image: registry.example.org/archive/reading-room:2.0.4
          command: ["/bin/sh", "-c"]
          args:
            - |
              set -e
              python manage.py migrate --noinput
              # and now the readers
              exec gunicorn room.wsgi
          env:
            - name: DATABASE_URL
              valueFrom:
                secretKeyRef:
                  name: reading-room
                  key: url
${SIZES}`;

const archive: Readonly<Record<string, string>> = {
  "records.yaml": database("records", "postgres:16.4", secret("POSTGRES_PASSWORD", "password")),
  "records-service.yaml": service("records", 5432),
  "letters.yaml": database("letters", "mysql:8.4.3", secret("MYSQL_ROOT_PASSWORD", "root", "letters")),
  "letters-service.yaml": service("letters", 3306),
  "queue.yaml": database("queue", "redis:7.4.1", secret("REDIS_PASSWORD", "password", "queue")),
  "queue-service.yaml": service("queue", 6379),
  "shelf.yaml": database("shelf", "redis:7.4.1", secret("REDIS_PASSWORD", "password", "shelf")),
  "shelf-service.yaml": service("shelf", 6379),
  "queue-metrics.yaml": SHELVES_EXPORTER,
  "catalogue.yaml": CATALOGUE,
  "catalogue-config.yaml": SETTINGS,
  "reading-room.yaml": READING_ROOM,
  "ledger.yaml": LEDGER,
  "loans.yaml": LOANS,
  "deny.yaml": DENY,
};

/** The same objects in both layouts, each file under `archive/`. */
export function archiveTexts(layout: "directory" | "kustomize", more: Readonly<Record<string, string>> = {}) {
  const files = { ...archive, ...more };
  const names = Object.keys(files).sort();
  const kustomization = `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n${names.map((name) => `  - ${name}\n`).join("")}`;
  return {
    ".cortex-school.yaml": POLICY_FILE,
    "apps/archive.yaml": application("archive", "archive", "archive"),
    "apps/watch.yaml": application("watch", "watch", "watch"),
    "watch/prometheus.yaml": PROMETHEUS,
    "watch/pushgateway.yaml": PUSHGATEWAY,
    ...(layout === "kustomize" ? { "archive/kustomization.yaml": kustomization } : {}),
    ...Object.fromEntries(names.map((name) => [`archive/${name}`, files[name] ?? ""])),
  };
}

export function archivePlatform(
  layout: "directory" | "kustomize" = "directory",
  more: Readonly<Record<string, string>> = {},
): Platform {
  return platformOf(archiveTexts(layout, more));
}
