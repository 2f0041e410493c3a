/** Two platforms whose workloads count on services nobody runs yet: plain folders with Ingresses, kustomize with IngressRoutes. */
import type { Platform } from "../../../shared/repository/platform.ts";
import { application, platformOf } from "../../support/platform.ts";

interface Shape {
  readonly image?: string;
  readonly namespace?: string;
  readonly kind?: string;
  /** Lines of the spec before the selector. */
  readonly spec?: string;
  /** Lines of the container. */
  readonly container?: string;
}

function workload(name: string, { image, namespace, kind = "Deployment", spec = "", container = "" }: Shape): string {
  return `apiVersion: apps/v1
kind: ${kind}
metadata:
  name: ${name}
${namespace === undefined ? "" : `  namespace: ${namespace}\n`}  labels:
    app: ${name}
spec:
${kind === "Deployment" ? "  replicas: 2\n" : ""}${spec}  selector:
    matchLabels:
      app: ${name}
  template:
    metadata:
      labels:
        app: ${name}
    spec:
      containers:
        - name: ${name}
          image: ${image ?? `registry.example.org/quay/${name}:1.4.0`}
${container}          resources:
            requests:
              cpu: 100m
              memory: 128Mi
            limits:
              memory: 256Mi
`;
}

function service(name: string, port: number, target: string | number, namespace?: string): string {
  return `apiVersion: v1
kind: Service
metadata:
  name: ${name}
${namespace === undefined ? "" : `  namespace: ${namespace}\n`}  labels:
    app: ${name}
spec:
  selector:
    app: ${name}
  ports:
    - name: http
      port: ${port}
      targetPort: ${target}
`;
}

const HTTP = "          ports:\n            - name: http\n              containerPort: 8080\n";

function env(entries: Readonly<Record<string, string>>, secrets: Readonly<Record<string, string>> = {}): string {
  const plain = Object.entries(entries).map(
    ([name, value]) => `            - name: ${name}\n              value: ${value}\n`,
  );
  const taken = Object.entries(secrets).map(
    ([name, secret]) =>
      `            - name: ${name}\n              valueFrom:\n                secretKeyRef:\n                  name: ${secret}\n                  key: password\n`,
  );
  return `          env:\n${[...taken, ...plain].join("")}`;
}

const INGRESS = `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  namespace: shop
  labels:
    app: web
  annotations:
    cert-manager.io/cluster-issuer: letsencrypt
    nginx.ingress.kubernetes.io/rewrite-target: /shop
    nginx.ingress.kubernetes.io/ssl-redirect: "true"
spec:
  ingressClassName: nginx
  tls:
    - hosts:
        - shop.quay.example.org
      secretName: web-tls
  rules:
    - host: shop.quay.example.org
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: web
                port:
                  name: http
`;

const PROBE = `apiVersion: monitoring.coreos.com/v1
kind: Probe
metadata:
  name: shop
  namespace: monitoring
  labels:
    app: shop
spec:
  prober:
    url: blackbox-exporter.monitoring.svc:9115
  targets:
    staticConfig:
      static:
        - https://shop.quay.example.org
`;

const CONFIG = `apiVersion: v1
kind: ConfigMap
metadata:
  name: web
  namespace: shop
  labels:
    app: web
data:
  CACHE_URL: redis://redis:6379/0
  API_URL: https://api.quay.example.org/v1
`;

export const quayTexts: Readonly<Record<string, string>> = {
  "argocd/shop.yaml": application("shop", "apps/shop", "shop"),
  "argocd/monitoring.yaml": application("monitoring", "apps/monitoring", "monitoring"),
  "apps/shop/web-configmap.yaml": CONFIG,
  "apps/shop/web-deployment.yaml": workload("web", {
    namespace: "shop",
    container: `${HTTP}          envFrom:\n            - configMapRef:\n                name: web\n`,
  }),
  "apps/shop/web-service.yaml": service("web", 80, "http", "shop"),
  "apps/shop/web-ingress.yaml": INGRESS,
  "apps/shop/api-deployment.yaml": workload("api", {
    namespace: "shop",
    container: `${HTTP}${env(
      {
        CACHE_HOST: "redis",
        CACHE_PORT: '"6379"',
        QUEUE_URL: "redis://:$(QUEUE_PASSWORD)@tasks:6379",
        STOCK_URL: "http://stock",
        OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector.monitoring.svc.cluster.local:4317",
      },
      { QUEUE_PASSWORD: "queue" },
    )}`,
  }),
  "apps/shop/api-service.yaml": service("api", 80, "http", "shop"),
  "apps/shop/stock-deployment.yaml": workload("stock", { namespace: "shop", container: HTTP }),
  "apps/shop/ledger-statefulset.yaml": workload("ledger", {
    namespace: "shop",
    kind: "StatefulSet",
    image: "postgres:16.4-alpine",
    spec: "  serviceName: ledger\n",
    container: `          ports:\n            - containerPort: 5432\n${env({}, { POSTGRES_PASSWORD: "ledger" })}`,
  }),
  "apps/monitoring/prometheus-deployment.yaml": workload("prometheus", {
    namespace: "monitoring",
    image: "quay.io/prometheus/prometheus:v3.1.0",
    container: "          ports:\n            - name: http\n              containerPort: 9090\n",
  }),
  "apps/monitoring/prometheus-service.yaml": service("prometheus", 9090, "http", "monitoring"),
  "apps/monitoring/shop-probe.yaml": PROBE,
};

const ROUTE = `apiVersion: traefik.io/v1alpha1
kind: IngressRoute
metadata:
  name: library
  labels:
    app: library
spec:
  entryPoints:
    - websecure
  routes:
    - match: Host(\`library.dock.example.org\`)
      kind: Rule
      middlewares:
        - name: sign-in
      services:
        - name: library
          port: 80
  tls:
    certResolver: letsencrypt
`;

const KUSTOMIZATION = `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: knowledge
resources:
  - library.yaml
  - indexer.yaml
  - answers.yaml # new
`;

export const dockTexts: Readonly<Record<string, string>> = {
  "clusters/one/knowledge.yaml": application("knowledge", "knowledge", "knowledge"),
  "clusters/one/archive.yaml": application("archive", "archive", "archive"),
  "knowledge/kustomization.yaml": KUSTOMIZATION,
  "knowledge/library.yaml": [workload("library", { container: HTTP }), service("library", 80, "http"), ROUTE].join(
    "---\n",
  ),
  "knowledge/indexer.yaml": workload("indexer", {
    container: env(
      { QDRANT_URL: "http://qdrant:6333", EVENTS: "nats://events.knowledge:4222", SUBSCRIBER: "nats://events:4222" },
      { QDRANT_API_KEY: "vectors" },
    ),
  }),
  "knowledge/answers.yaml": [
    workload("answers", { container: `${HTTP}${env({ PUBLIC_URL: "https://ask.dock.example.org" })}` }),
    service("answers", 80, "http"),
  ].join("---\n"),
  "archive/old-vectors.yaml": workload("old-vectors", { image: "registry.example.org/mirror/qdrant:v1.11.3" }),
  "archive/journal.yaml": workload("journal", { image: "postgres:16.4-alpine" }),
};

export function quay(): Platform {
  return platformOf(quayTexts);
}

export function dock(): Platform {
  return platformOf(dockTexts);
}
