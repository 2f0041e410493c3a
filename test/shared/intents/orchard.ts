/** A platform with what the two samples lack: namespaces in Git, a quota, an autoscaler, queues with KEDA, Grafana. */
import type { Platform } from "../../../shared/repository/platform.ts";
import { application, platformOf } from "../../support/platform.ts";

const POD_SECURITY = `      securityContext:
        runAsNonRoot: true
        runAsUser: 10001
        seccompProfile: {type: RuntimeDefault}
`;
const CONTAINER_SECURITY = `          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: {drop: [ALL]}
`;

interface Shape {
  readonly replicas?: number;
  readonly namespace: string;
  readonly ports?: string;
  readonly extra?: string;
}

function restricted(name: string, { replicas = 1, namespace, ports, extra = "" }: Shape): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  namespace: ${namespace}
  labels:
    app: ${name}
spec:
  replicas: ${replicas} # as many as the last sale needed
  selector:
    matchLabels:
      app: ${name}
  template:
    metadata:
      labels:
        app: ${name}
    spec:
${POD_SECURITY}      containers:
        - name: ${name}
          image: registry.example.net/orchard/${name}:3.2.1
${ports === undefined ? "" : `          ports:\n${ports}`}${extra}          resources:
            requests:
              cpu: 200m
              memory: 128Mi
            limits:
              memory: 256Mi
${CONTAINER_SECURITY}`;
}

function service(name: string, namespace: string, ports: string): string {
  return `apiVersion: v1
kind: Service
metadata:
  name: ${name}
  namespace: ${namespace}
  labels:
    app: ${name}
spec:
  selector:
    app: ${name}
  ports:
${ports}`;
}

const HTTP = "            - name: http\n              containerPort: 8080\n";
const METRICS = "            - name: metrics\n              containerPort: 9102\n";
const probe = (path: string) =>
  `          readinessProbe:\n            httpGet:\n              path: ${path}\n              port: http\n`;
const env = (entries: Readonly<Record<string, string>>) =>
  `          env:\n${Object.entries(entries)
    .map(([name, value]) => `            - name: ${name}\n              value: ${value}\n`)
    .join("")}`;
const autoscaler = `apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: api
  namespace: shop
  labels:
    app: api
spec:
  scaleTargetRef:
    apiVersion: apps/v1
    kind: Deployment
    name: api
  minReplicas: 2
  maxReplicas: 4
  metrics:
    - type: Resource
      resource:
        name: cpu
        target:
          type: Utilization
          averageUtilization: 60
`;

export const orchardTexts: Readonly<Record<string, string>> = {
  "argocd/shop.yaml": application("shop", "apps/shop", "shop"),
  "argocd/jobs.yaml": application("jobs", "apps/jobs", "jobs"),
  "argocd/monitoring.yaml": application("monitoring", "apps/monitoring", "monitoring"),
  "apps/shop/namespace.yaml": `# The shop. Everything in it belongs to the web team.
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    team: web # pays for it
`,
  "apps/shop/quota.yaml": `apiVersion: v1
kind: ResourceQuota
metadata:
  name: shop
  namespace: shop
spec:
  hard:
    requests.cpu: "2"
`,
  "apps/shop/web-deployment.yaml": restricted("web", { replicas: 3, namespace: "shop", ports: HTTP + METRICS }),
  "apps/shop/web-service.yaml": service(
    "web",
    "shop",
    "    - name: http\n      port: 80\n      targetPort: http\n    - name: metrics\n      port: 9102\n      targetPort: metrics\n",
  ),
  "apps/shop/api-deployment.yaml": restricted("api", {
    namespace: "shop",
    ports: HTTP,
    extra: probe("/readyz"),
  }).replace(/^ {2}replicas: .*\n/m, ""),
  "apps/shop/api-service.yaml": service("api", "shop", "    - name: http\n      port: 80\n      targetPort: http\n"),
  "apps/shop/api-hpa.yaml": autoscaler,
  "apps/shop/cart-deployment.yaml": restricted("cart", { namespace: "shop", ports: HTTP, extra: probe("/readyz") }),
  "apps/jobs/resizer-deployment.yaml": restricted("resizer", {
    namespace: "jobs",
    extra: env({ BROKER_URL: "amqp://broker.jobs:5672", WORK_QUEUE: "resize" }),
  }).replace(/^ {2}replicas: .*\n/m, ""),
  "apps/jobs/mailer-deployment.yaml": restricted("mailer", {
    namespace: "jobs",
    extra: env({ BROKER_URL: "amqp://broker.jobs:5672", WORK_QUEUE: "mail" }),
  }),
};

export function orchard(): Platform {
  return platformOf(orchardTexts);
}
