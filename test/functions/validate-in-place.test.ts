/** What a proposal wants deployed: there, only a placeholder, asleep, or not there. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findInPlace } from "../../functions/validate/in-place.ts";
import { wantedIn } from "../../functions/validate/wanted.ts";
import { application, deployment, platformOf } from "../support/platform.ts";

const asleep = (text: string) => text.replace("spec:\n", "spec:\n  replicas: 0\n");
const chart = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: admission, namespace: argocd}
spec:
  source: {repoURL: https://charts.example.com, chart: kyverno, targetRevision: 1.2.3}
  destination: {namespace: kyverno}
`;
const platform = platformOf({
  "apps/tools.yaml": application("tools", "tools", "tools"),
  "apps/edge.yaml": application("edge", "edge", "edge"),
  "apps/kyverno.yaml": chart,
  "tools/falco.yaml": `# runtime security\n${deployment("runtime-guard", { image: "registry.example.com/security/falco:0.38.1" })}`,
  "tools/backstage.yaml": asleep(deployment("backstage")),
  "tools/parser.yaml": deployment("docling-service", { image: "registry.k8s.io/pause:3.9" }),
  "tools/planner.yaml": deployment("route-planner", {
    image: "busybox:1.36",
    extra: "          command: [sh, -c, sleep infinity]\n",
  }),
  "tools/exporter.yaml": deployment("temporal-exporter"),
  "tools/kafka.yaml": "apiVersion: kafka.strimzi.io/v1beta2\nkind: Kafka\nmetadata: {name: events}\nspec: {}\n",
  "tools/sync.yaml": deployment("redis-backup-sync"),
  "tools/broken.yaml": "kind: Deployment\nmetadata:\n  name: langflow\n  {{ if }}\n",
  "edge/cache.yaml": deployment("varnish-cache"),
  "nobody/velero.yaml": deployment("minio"),
});
const look = (title: string, over: { description?: string; quotes?: { text: string }[] } = {}) =>
  findInPlace({ title, description: "", quotes: [], ...over }, platform);

describe("states", () => {
  test.each([
    ["present by its image", "Deploy Falco to notice suspicious system calls", "conflict", "there already"],
    ["present by its name", "Set up Varnish in the edge namespace", "conflict", "Deployment edge/varnish-cache"],
    ["present as the chart of an Application", "Install Kyverno", "conflict", "Application argocd/admission"],
    ["present as an operator's own kind", "Introduce a Kafka cluster for events", "conflict", "Kafka tools/events"],
    ["a placeholder by its image", "Install Docling as a document converter", "pass", "not implemented"],
    ["a placeholder by its command", "Deploy route-planner for the couriers", "pass", "sleep infinity"],
    ["scaled to zero", "Introduce Backstage as the developer portal", "unknown", "scaled to zero"],
    ["in a file nobody can read", "Deploy Langflow for the analysts", "unknown", "tools/broken.yaml:3"],
    ["absent", "Deploy Chaos Mesh", "pass", "in no manifest"],
    ["a manifest that no Application applies", "Deploy MinIO as an object store", "pass", "no Application applies"],
    ["something of it, under its name", "Install Temporal for long workflows", "pass", "in no manifest"],
    ["elsewhere than where it is wanted", "Deploy Falco in the edge namespace", "pass", "in no manifest"],
    ["elsewhere, said shortly", "Set up Falco in edge", "pass", "in no manifest"],
    [
      "present whatever topic its name reminds of",
      "Deploy redis-backup-sync for the stores",
      "conflict",
      "redis-backup-sync",
    ],
    ["a further one of what is there", "Deploy a second Falco for the edge", "pass", "a further one"],
  ])("%s: %s", (_, title, result, because) => {
    const finding = look(title);
    expect(finding).toMatchObject({ check: "already-in-place", result });
    expect(finding?.because).toContain(because);
  });

  test("the place is shown with its line and its words", () => {
    expect(look("Deploy Falco")).toMatchObject({
      evidence: ["tools/falco.yaml:5: Deployment tools/runtime-guard (present)"],
      citations: [{ corpus: "manifests", path: "tools/falco.yaml", from: 5, quote: "name: runtime-guard" }],
    });
  });

  test("what was said counts, not only the title", () => {
    const quotes = [{ text: "So we deployed Falco on each of our clusters." }];
    expect(look("Runtime security", { quotes })?.result).not.toBeUndefined();
  });

  test("one missing thing is enough to go on", () => {
    expect(look("Deploy Falco, and install Tetragon beside it")).toMatchObject({ result: "pass" });
  });
});

describe("what asks for nothing new", () => {
  test.each([
    "Add Falco rules for crypto miners",
    "Don't install Falco, it is noisy",
    "Upgrade Falco to 0.39",
    "Stop deploying Falco",
    "Give Falco more memory",
    "Falco found a miner yesterday",
    "Add it to the cluster",
    "Create a Namespace for the data team",
    "Add a ClusterPolicy that requires labels",
    "",
  ])("%s", (title) => expect(wantedIn(title)).toEqual([]));

  test("never throws", () => {
    const words = fc.constantFrom(
      ..."deploy install Falco a second in namespace the to add 数据 - . , Redis don't set up".split(" "),
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 25 }), (some) => {
        for (const { names } of wantedIn(some.join(" "))) expect(names.length).toBeGreaterThan(0);
      }),
      { numRuns: 300 },
    );
  });
});
