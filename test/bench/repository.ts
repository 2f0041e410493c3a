/** How long it takes to know a repository: the first look at 5,000 manifests, and the look after one file changed. */
import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { gitCli } from "../../shared/adapters/git-cli.ts";
import { loadPlatform } from "../../shared/repository/load.ts";
import { median, type Row } from "./rows.ts";

export interface RepositorySizes {
  readonly manifests: number;
  readonly rounds: number;
}

/** Through real Git, as the stages do it; each round is a process that has seen nothing, then one commit more. */
export async function repository({ manifests, rounds }: RepositorySizes): Promise<Row[]> {
  const root = mkdtempSync(path.join(tmpdir(), "bench-repository-"));
  try {
    const remote = path.join(root, "remote");
    write(remote, manifests);
    const bare: number[] = [];
    const first: number[] = [];
    const again: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const git = gitCli({ remote, cacheDir: path.join(root, "cache"), author: "Bench <bench@example.org>" });
      const commit = await git.head();
      bare.push(await timed(async () => git.read([...(await git.tree(commit)).values()])));
      first.push(await timed(() => loadPlatform(git, commit)));
      appendFileSync(path.join(remote, "apps/team-0/web-0-service.yaml"), `# round ${round}\n`);
      runGit(remote, "commit", "-qam", `Round ${round}`);
      const next = await git.head();
      again.push(await timed(() => loadPlatform(git, next)));
    }
    const [read, whole, one] = [median(bare), median(first), median(again)];
    const many = manifests.toLocaleString("en");
    return [
      { name: `${many} manifests, git alone`, value: read, unit: "ms" },
      { name: `${many} manifests, first look`, value: whole, unit: "ms", peer: "git alone", ratio: whole / read },
      {
        name: `${many} manifests, after one file changed`,
        value: one,
        unit: "ms",
        peer: "first look",
        ratio: one / whole,
      },
    ];
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function runGit(directory: string, ...args: readonly string[]): void {
  const who = ["-c", "user.name=Bench", "-c", "user.email=bench@example.org"];
  execFileSync("git", ["-C", directory, ...who, ...args], { stdio: ["ignore", "ignore", "inherit"] });
}

/** Deployments, Services and ConfigMaps in folders of fifty, each folder with its Application. */
function write(directory: string, manifests: number): void {
  const folders = Math.ceil(manifests / 50);
  mkdirSync(path.join(directory, "argocd"), { recursive: true });
  for (let team = 0; team < folders; team++) {
    const folder = path.join(directory, "apps", `team-${team}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(directory, "argocd", `team-${team}.yaml`), application(team));
    for (let number = 0; number < 49; number++) {
      const [kind, text] = [deployment, service, configMap].map((make) => make(number, team))[number % 3] ?? ["", ""];
      writeFileSync(path.join(folder, `web-${Math.floor(number / 3)}-${kind}.yaml`), text);
    }
  }
  runGit(".", "init", "-q", "-b", "main", directory);
  runGit(directory, "add", "-A");
  runGit(directory, "commit", "-qm", "All of it");
}

function application(team: number): string {
  return `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: team-${team}, namespace: argocd}
spec:
  source: {repoURL: https://git.example.org/platform.git, path: apps/team-${team}}
  destination: {namespace: team-${team}}
`;
}

function deployment(number: number, team: number): [string, string] {
  const name = `web-${Math.floor(number / 3)}`;
  return [
    "deployment",
    `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  namespace: team-${team}
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
        - name: main
          image: registry.example.org/team-${team}/${name}:1.${number}.0
          ports:
            - containerPort: 8080
          env:
            - name: DATABASE_URL
              value: postgres://db.team-${team}.svc:5432/${name}
          resources:
            requests: {cpu: 100m, memory: 128Mi}
            limits: {memory: 256Mi}
          readinessProbe:
            httpGet: {path: /ready, port: 8080}
`,
  ];
}

function service(number: number, team: number): [string, string] {
  const name = `web-${Math.floor(number / 3)}`;
  return [
    "service",
    `apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: team-${team}}
spec:
  selector: {app: ${name}}
  ports:
    - port: 80
      targetPort: 8080
`,
  ];
}

function configMap(number: number, team: number): [string, string] {
  const name = `web-${Math.floor(number / 3)}`;
  return [
    "config",
    `apiVersion: v1
kind: ConfigMap
metadata: {name: ${name}, namespace: team-${team}}
data:
  MODE: live
  settings.ini: |
    [main]
    team = ${team}
    number = ${number}
`,
  ];
}
