/** A GitOps repository with room for hundreds of changes: Applications with many workloads that lack much. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { repositoryFrom } from "../../../build/local/gitops-repository.ts";

export const PUBLIC_URL = "https://git.example.com/chaos/platform.git";

export interface Workload {
  readonly application: string;
  readonly name: string;
}

const TEAMS = ["harvest", "ferry", "lantern", "quarry", "orchard", "harbour", "meadow", "summit", "canyon", "delta"];
const THINGS = [
  "otter",
  "falcon",
  "badger",
  "heron",
  "lynx",
  "magpie",
  "salmon",
  "tapir",
  "walrus",
  "zebra",
  "beetle",
  "cricket",
  "dolphin",
  "gecko",
  "ibis",
  "jackal",
  "kestrel",
  "lemur",
  "marten",
  "newt",
];

/** The same for the same numbers. */
export function workloadsOf(applications: number, each: number): Workload[] {
  return TEAMS.slice(0, applications).flatMap((application) => {
    return THINGS.slice(0, each).map((thing) => ({ application, name: `${application}-${thing}` }));
  });
}

/** Makes the bare repository. */
export async function platformAt(repository: string, workloads: readonly Workload[]): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), "school-chaos-platform-"));
  try {
    for (const application of new Set(workloads.map((workload) => workload.application))) {
      await write(folder, `argocd-apps/${application}.yaml`, applicationText(application));
    }
    for (const { application, name } of workloads) {
      await write(folder, `apps/${application}/${name}-deployment.yaml`, deploymentText(application, name));
      await write(folder, `apps/${application}/${name}-service.yaml`, serviceText(application, name));
    }
    await repositoryFrom(folder, repository, "The platform");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function write(folder: string, file: string, text: string): Promise<void> {
  const full = path.join(folder, file);
  await mkdir(path.dirname(full), { recursive: true });
  await writeFile(full, text);
}

const applicationText = (name: string) => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: ${name}
  namespace: argocd
spec:
  project: default
  source:
    repoURL: ${PUBLIC_URL}
    targetRevision: main
    path: apps/${name}
  destination:
    server: https://kubernetes.default.svc
    namespace: ${name}
  syncPolicy:
    automated:
      prune: true
      selfHeal: true
    syncOptions:
      - CreateNamespace=true
`;

const deploymentText = (namespace: string, name: string) => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  namespace: ${namespace}
  labels:
    app: ${name}
spec:
  replicas: 2
  selector:
    matchLabels:
      app: ${name}
  template:
    metadata:
      labels:
        app: ${name}
    spec:
      containers:
        - name: ${name}
          image: registry.example.com/${namespace}/${name}:1.4.2
          ports:
            - name: http
              containerPort: 8080
          resources:
            requests:
              cpu: 50m
              memory: 64Mi
`;

const serviceText = (namespace: string, name: string) => `apiVersion: v1
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
    - name: http
      port: 80
      targetPort: http
`;
