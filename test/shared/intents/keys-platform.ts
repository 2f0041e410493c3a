/**
 * A platform about credentials and tools: a secret store, databases with passwords from Secrets, MCP servers and who
 * lists them. `data` and `agents` are plain folders, `shop` is a kustomization with other habits.
 */
import type { Platform } from "../../../shared/repository/platform.ts";
import { application, platformOf } from "../../support/platform.ts";

const RESTRICTED = `      securityContext:
        runAsNonRoot: true
        seccompProfile: {type: RuntimeDefault}
`;
const SIZES = `          resources:
            requests: {cpu: 100m, memory: 128Mi}
            limits: {memory: 256Mi}
`;

interface Shape {
  readonly kind?: string;
  readonly namespace: string;
  readonly image: string;
  readonly port: number;
  readonly portName?: string;
  readonly env?: string;
  readonly extra?: string;
  readonly volumes?: string;
  readonly labels?: string;
}

function workload(name: string, shape: Shape): string {
  const { kind = "Deployment", namespace, image, port, portName = "http", env = "", extra = "" } = shape;
  return `apiVersion: apps/v1
kind: ${kind}
metadata:
  name: ${name}
  namespace: ${namespace}
  labels:
    app: ${name}
spec:
${kind === "StatefulSet" ? `  serviceName: ${name}\n` : ""}  replicas: 1
  selector:
    matchLabels:
      app: ${name}
  template:
    metadata:
      labels:
        app: ${name}
${shape.labels ?? ""}    spec:
${RESTRICTED}      containers:
        - name: ${name}
          image: ${image}
          ports:
            - name: ${portName}
              containerPort: ${port}
${env}${SIZES}${extra}          securityContext:
            allowPrivilegeEscalation: false
            capabilities: {drop: [ALL]}
${shape.volumes ?? ""}`;
}

function service(name: string, namespace: string, port: number, portName = "http"): string {
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
    - name: ${portName}
      port: ${port}
      targetPort: ${portName}
`;
}

const secretVariable = (name: string, secret: string, key: string) =>
  `            - name: ${name}\n              valueFrom:\n                secretKeyRef:\n                  name: ${secret}\n                  key: ${key}\n`;
const variable = (name: string, value: string) => `            - name: ${name}\n              value: "${value}"\n`;
const env = (...entries: readonly string[]) => `          env:\n${entries.join("")}`;
const claim = `  volumeClaimTemplates:
    - metadata:
        name: data
      spec:
        accessModes: [ReadWriteOnce]
        resources:
          requests:
            storage: 5Gi
`;

function externalSecret(name: string, namespace: string | undefined, body: string): string {
  return `apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: ${name}
${namespace === undefined ? "" : `  namespace: ${namespace}\n`}  labels:
    app: ${name}
spec:
  refreshInterval: 1h
  secretStoreRef:
    kind: ClusterSecretStore
    name: vault
  target:
    name: ${name}
  data:
${body}`;
}

const remote = (key: string, path: string, property: string) =>
  `    - secretKey: ${key}\n      remoteRef:\n        key: ${path}\n        property: ${property}\n`;

const agent = `apiVersion: v1
kind: ConfigMap
metadata:
  name: agent-tools
  namespace: agents
data:
  # read at start
  servers.json: |
    {
      "mcpServers": {
        "search": {
          "type": "streamable-http",
          "url": "http://search-mcp.agents.svc.cluster.local:8080/mcp"
        },
        "tickets": {
          "type": "streamable-http",
          "url": "http://tickets-mcp.agents.svc.cluster.local:8080/mcp"
        }
      }
    }
  limits.json: |
    {"steps": 20}
`;

const MCP = { namespace: "agents", port: 8080, portName: "mcp" } as const;
const TOOLS = `          volumeMounts:
            - name: tools
              mountPath: /etc/agent
`;
const TOOLS_VOLUME = `      volumes:
        - name: tools
          configMap:
            name: agent-tools
`;
const SHOP_KUSTOMIZATION = `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
- store-db.yaml
- checkout.yaml
- catalogue.yaml
- kubectl.yaml
- secrets.yaml
`;

export const keysTexts: Readonly<Record<string, string>> = {
  "clusters/data.yaml": application("data", "apps/data", "data"),
  "clusters/agents.yaml": application("agents", "apps/agents", "agents"),
  "clusters/shop.yaml": application("shop", "apps/shop", "shop"),
  "clusters/platform.yaml": application("platform", "platform", "platform"),
  "platform/vault.yaml": `apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata:
  name: vault
spec:
  provider:
    vault:
      server: https://vault.platform.svc:8200
      path: secret
      version: v2
      auth:
        kubernetes:
          mountPath: kubernetes
          role: external-secrets
`,
  "apps/data/orders-db.yaml": `${workload("orders-db", {
    kind: "StatefulSet",
    namespace: "data",
    image: "docker.io/library/postgres:16.4",
    port: 5432,
    portName: "postgres",
    env: env(variable("POSTGRES_USER", "orders"), secretVariable("POSTGRES_PASSWORD", "orders-db", "password")),
  })}${claim}---
${service("orders-db", "data", 5432, "postgres")}`,
  "apps/data/orders.yaml": workload("orders", {
    namespace: "data",
    image: "registry.example.net/keys/orders:2.1.0",
    port: 8080,
    env: env(
      variable("DB_HOST", "orders-db.data.svc"),
      secretVariable("DB_PASSWORD", "orders-db", "password"),
      secretVariable("STRIPE_KEY", "orders-payment", "api-key"),
      secretVariable("STRIPE_HOOK", "orders-payment", "webhook-secret"),
    ),
  }),
  "apps/data/orders-mail-externalsecret.yaml": externalSecret(
    "orders-mail",
    "data",
    remote("username", "data/orders-mail", "username") + remote("password", "data/orders-mail", "password"),
  ),
  "apps/data/maps-externalsecret.yaml": externalSecret("maps", "data", remote("token", "data/maps", "token")),
  "apps/data/cleanup.yaml": `apiVersion: batch/v1
kind: CronJob
metadata:
  name: cleanup
  namespace: data
  labels:
    app: cleanup
spec:
  schedule: "0 5 * * *"
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
${RESTRICTED.replaceAll("      ", "          ")}          containers:
            - name: cleanup
              image: docker.io/bitnami/kubectl:1.33.4
              command: [/bin/sh, -c, "kubectl delete pods --field-selector=status.phase==Failed -n data"]
              resources: {requests: {cpu: 50m, memory: 64Mi}, limits: {memory: 128Mi}}
              securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
`,
  "apps/agents/agent.yaml": `${workload("agent", {
    namespace: "agents",
    image: "registry.example.net/keys/agent:4.0.1",
    port: 8000,
    extra: TOOLS,
    volumes: TOOLS_VOLUME,
  })}---
${service("agent", "agents", 8000)}`,
  "apps/agents/agent-tools.yaml": agent,
  ...Object.fromEntries(
    ["search", "tickets", "calendar"].map((name) => [
      `apps/agents/${name}-mcp.yaml`,
      `${workload(`${name}-mcp`, { ...MCP, image: `registry.example.net/keys/${name}-mcp:1.3.0` })}---\n${service(`${name}-mcp`, "agents", 8080, "mcp")}`,
    ]),
  ),
  "apps/shop/kustomization.yaml": SHOP_KUSTOMIZATION,
  "apps/shop/store-db.yaml": `${workload("store-db", {
    kind: "Deployment",
    namespace: "shop",
    image: "docker.io/library/redis:7.4.1",
    port: 6379,
    portName: "redis",
    env: env(secretVariable("REDIS_PASSWORD", "store-db", "redis-password")),
    extra: "          args: [--requirepass, $(REDIS_PASSWORD)]\n",
  })}---
${service("store-db", "shop", 6379, "redis")}`,
  "apps/shop/checkout.yaml": workload("checkout", {
    namespace: "shop",
    image: "registry.example.net/keys/checkout:1.0.0",
    port: 8080,
    env: env(
      variable("REDIS_HOST", "store-db"),
      secretVariable("REDIS_PASSWORD", "store-db", "redis-password"),
      secretVariable("SESSION_KEY", "checkout-session", "SESSION_KEY"),
    ),
  }),
  "apps/shop/catalogue.yaml": workload("catalogue", {
    namespace: "shop",
    image: "registry.example.net/keys/catalogue:1.0.0",
    port: 8080,
    env: env(secretVariable("SEARCH_TOKEN", "catalogue-search", "SEARCH_TOKEN")),
  }),
  "apps/shop/kubectl.yaml": `${workload("shell", {
    namespace: "shop",
    image: "docker.io/alpine/k8s:1.33.4",
    port: 9000,
    extra: '          command: [/bin/sh, -c, "kubectl get pods -w"]\n',
  })}`,
  "apps/shop/secrets.yaml": `${externalSecret("catalogue-search", "shop", remote("SEARCH_TOKEN", "shop/catalogue-search", "search_token"))}---
${externalSecret("shop-mail", "shop", remote("MAIL_PASSWORD", "shop/shop-mail", "mail_password"))}`,
};

export function keysPlatform(texts: Readonly<Record<string, string>> = {}): Platform {
  return platformOf({ ...keysTexts, ...texts });
}
