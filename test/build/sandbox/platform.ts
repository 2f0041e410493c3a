/** A small platform repository and the real clients that look at the cluster made of it. */
import {
  AppsV1Api,
  BatchV1Api,
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  NetworkingV1Api,
  PatchStrategy,
  setHeaderOptions,
} from "@kubernetes/client-node";
import { type Sandbox, type SandboxOptions, startSandbox } from "../../../build/local/sandbox/sandbox.ts";
import type { ArgoApplication } from "../../../shared/ports.ts";
import { type GitRemote, gitRemote } from "../../support/git-remote.ts";

export type Files = Readonly<Record<string, string>>;

export function application(name: string, path: string, extra = "", policy = "prune: true, selfHeal: true"): string {
  return `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: ${name}, namespace: argocd }
spec:
  project: default
  source: { repoURL: https://git.example.org/platform.git, path: ${path}, targetRevision: main ${extra} }
  destination: { server: https://kubernetes.default.svc, namespace: ${name} }
  syncPolicy: { automated: { ${policy} }, syncOptions: [CreateNamespace=true] }
`;
}

export function deployment(
  name: string,
  options: { image?: string; replicas?: number; resources?: string } = {},
): string {
  const { image = "registry.example.org/app:1.0.0", replicas = 2, resources = "{}" } = options;
  return `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, labels: { app: ${name} } }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      containers:
        - { name: main, image: "${image}", ports: [{ containerPort: 8080 }], resources: ${resources} }
`;
}

export function service(name: string): string {
  return `apiVersion: v1
kind: Service
metadata: { name: ${name} }
spec: { selector: { app: ${name} }, ports: [{ port: 80, targetPort: 8080 }] }
`;
}

export function networkPolicy(name: string, app: string): string {
  return `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: ${name} }
spec: { podSelector: { matchLabels: { app: ${app} } }, policyTypes: [Ingress] }
`;
}

/** Two Applications: `shop` with a web front and a policy, `data` with a StatefulSet. */
export const platform: Files = {
  "argocd/shop.yaml": application("shop", "apps/shop"),
  "argocd/data.yaml": application("data", "apps/data"),
  "apps/shop/web.yaml": `${deployment("web")}---\n${service("web")}`,
  "apps/shop/settings.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\ndata: { mode: live }\n",
  "apps/data/store.yaml": `apiVersion: apps/v1
kind: StatefulSet
metadata: { name: store }
spec:
  serviceName: store
  replicas: 2
  selector: { matchLabels: { app: store } }
  template:
    metadata: { labels: { app: store } }
    spec: { containers: [{ name: db, image: "registry.example.org/db:5" }] }
`,
};

export interface School extends AsyncDisposable {
  readonly remote: GitRemote;
  readonly sandbox: Sandbox;
  readonly apps: AppsV1Api;
  readonly core: CoreV1Api;
  readonly batch: BatchV1Api;
  readonly networking: NetworkingV1Api;
  application(name: string): Promise<ArgoApplication>;
  patch(name: string, body: object): Promise<unknown>;
  refresh(name: string): Promise<unknown>;
  /** Pushes, refreshes the Application and waits until the commit is applied and everything of it is healthy. */
  deploy(name: string, files: Files, remove?: readonly string[]): Promise<string>;
}

/** Git is polled only on demand, and everything is fast. */
export async function school(files: Files = platform, options: Partial<SandboxOptions> = {}): Promise<School> {
  const remote = await gitRemote(files);
  const sandbox = await startSandbox({
    repository: remote.url,
    publicUrl: "git@git.example.org:platform.git",
    branch: "main",
    pollMs: 3_600_000,
    pace: { podStartMs: 20, crashBackoffMs: 10, compareMs: 2, syncMs: 5, retryMs: 20, selfHealMs: 5 },
    ...options,
  });
  const config = new KubeConfig();
  config.loadFromString(sandbox.kubeconfig());
  const objects = config.makeApiClient(CustomObjectsApi);
  const place = { group: "argoproj.io", version: "v1alpha1", namespace: "argocd", plural: "applications" };
  const mergePatch = setHeaderOptions("Content-Type", PatchStrategy.MergePatch);

  const it: School = {
    remote,
    sandbox,
    apps: config.makeApiClient(AppsV1Api),
    core: config.makeApiClient(CoreV1Api),
    batch: config.makeApiClient(BatchV1Api),
    networking: config.makeApiClient(NetworkingV1Api),
    application: async (name) =>
      (await objects.getNamespacedCustomObject({ ...place, name })) as unknown as ArgoApplication,
    patch: (name, body) => objects.patchNamespacedCustomObject({ ...place, name, body }, mergePatch),
    refresh: (name) => it.patch(name, { metadata: { annotations: { "argocd.argoproj.io/refresh": "normal" } } }),
    async deploy(name, contents, remove = []) {
      const commit = await remote.push(contents, { remove });
      await it.refresh(name);
      await until(
        () => it.application(name),
        ({ status }) => status?.operationState?.syncResult?.revision === commit && status.sync?.status === "Synced",
      );
      return commit;
    },
    async [Symbol.asyncDispose]() {
      await sandbox.close();
      await remote.close();
    },
  };
  return it;
}

/** Asks again and again until the answer is right; the test's own time limit ends it. */
export async function until<T>(ask: () => Promise<T>, holds: (answer: T) => boolean): Promise<T> {
  let answer = await ask();
  while (!holds(answer)) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    answer = await ask();
  }
  return answer;
}

export function conditionTypes({ status }: ArgoApplication): readonly string[] {
  return (status?.conditions ?? []).map(({ type }) => type);
}
