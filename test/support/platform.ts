/** Repositories for tests: from a few texts, or the sample platforms. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { GitReader } from "../../shared/ports.ts";
import { gitBlobId } from "../../shared/repository/change.ts";
import type { Platform, PlatformOptions, RepositoryFile } from "../../shared/repository/platform.ts";
import { understand } from "../../shared/repository/understand.ts";

const samples = new URL("../../build/local/samples/platforms/", import.meta.url).pathname;

export function filesOf(texts: Readonly<Record<string, string>>): Map<string, RepositoryFile> {
  const entries = Object.entries(texts).sort(([a], [b]) => (a < b ? -1 : 1));
  return new Map(entries.map(([path, content]) => [path, { path, blob: gitBlobId(content), content }]));
}

export function platformOf(texts: Readonly<Record<string, string>>, options: PlatformOptions = {}): Platform {
  return understand("0".repeat(40), filesOf(texts), options);
}

export function sampleTexts(name: "harbor" | "meadow"): Record<string, string> {
  const root = join(samples, name);
  const paths = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(paths.map((path) => [relative(root, path), readFileSync(path, "utf8")]));
}

export function sample(name: "harbor" | "meadow"): Platform {
  return platformOf(sampleTexts(name));
}

/** An Application that reads `path` into `namespace`; `source` replaces or adds lines of its source. */
export function application(name: string, path: string, namespace: string, source = ""): string {
  return `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: ${name}, namespace: argocd}
spec:
  source:
    repoURL: https://git.example.com/team/repo.git
    path: ${path}
${source}  destination: {namespace: ${namespace}}
`;
}

export function deployment(name: string, options: { image?: string; extra?: string; podExtra?: string } = {}): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
${options.podExtra ?? ""}      containers:
        - name: main
          image: ${options.image ?? "registry.example.com/team/app:1.0.0"}
${options.extra ?? ""}`;
}

export function service(name: string, port: number, app = name): string {
  return `apiVersion: v1
kind: Service
metadata: {name: ${name}}
spec: {selector: {app: ${app}}, ports: [{port: ${port}}]}
`;
}

/** `resources:` of a container, in the form `deployment` takes as `extra`. */
export const SIZED = "          resources: {requests: {cpu: 100m, memory: 128Mi}, limits: {memory: 256Mi}}\n";

/** A Git reader over one commit with these files. */
export function gitOf(texts: Readonly<Record<string, string>>): GitReader {
  const files = filesOf(texts);
  const contents = new Map([...files.values()].map(({ blob, content }) => [blob, content]));
  return {
    head: async () => "c0ffee",
    tree: async () => new Map([...files].map(([path, { blob }]) => [path, blob])),
    read: async (blobs) => new Map(blobs.map((blob) => [blob, contents.get(blob) ?? null])),
    isAncestor: async () => true,
  };
}
