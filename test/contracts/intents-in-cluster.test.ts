/** Every intent on every platform, committed, applied and watched: what the school plans does run. */
import { afterAll, describe, expect, test } from "vitest";
import { takeBaseline } from "../../shared/checks/baseline.ts";
import { implementMessage } from "../../shared/domain/commit-message.ts";
import { intents } from "../../shared/intents/registry.ts";
import { renderChangeSet } from "../../shared/intents/render.ts";
import { loadPlatform } from "../../shared/repository/load.ts";
import type { Platform } from "../../shared/repository/platform.ts";
import { school } from "../build/sandbox/platform.ts";
import { asDirectory, cellarFiles } from "../shared/intents/cellar-platform.ts";
import { archiveTexts } from "../shared/intents/database-platform.ts";
import { galleryTexts } from "../shared/intents/gallery.ts";
import { keysTexts } from "../shared/intents/keys-platform.ts";
import { millTexts } from "../shared/intents/mill.ts";
import { dockTexts, quayTexts } from "../shared/intents/services-platform.ts";
import { workersTexts } from "../shared/intents/workers.ts";
import { committedImprovement } from "../support/improvement.ts";
import { platformOf, sampleTexts } from "../support/platform.ts";
import { connectTo, toTheEnd } from "../support/to-the-end.ts";

type Texts = Readonly<Record<string, string>>;
/** Platforms, and which intents have a place there that none of the others has: all, or those of a theme. */
const platforms: readonly (readonly [name: string, texts: Texts, kinds: readonly string[]])[] = [
  ["harbor", sampleTexts("harbor"), [...intents.keys()]],
  ["meadow", sampleTexts("meadow"), [...intents.keys()]],
  ["orchard", workersTexts, [...intents.keys()]],
  ["mill", millTexts, [...intents.keys()]],
  ["archive", archiveTexts("kustomize"), ["add-database-exporter", "add-migration-job", "set-replication"]],
  ["keys", keysTexts, ["add-mcp-server", "add-external-secret", "rotate-secret"]],
  [
    "cellar",
    asDirectory(cellarFiles),
    ["add-volume-claim", "expand-volume-claim", "set-config-value", "add-role", "narrow-role"],
  ],
  ["gallery", galleryTexts, ["add-dashboard"]],
  ["quay", quayTexts, ["deploy-service", "add-service", "expose-service"]],
  ["dock", dockTexts, ["deploy-service", "add-service", "expose-service"]],
];
const tried = new Set<string>();

describe.each(platforms)("%s", (_, texts, kinds) => {
  test("what each intent makes of it becomes live and is verified", { timeout: 180_000 }, async () => {
    const [publicUrl = ""] = platformOf(texts).addresses;
    await using it = await school(automated(texts), { publicUrl });
    await using ports = await connectTo(it.sandbox, it.remote);
    const { git, cluster, metrics } = ports;
    const ends: Record<string, string> = {};
    for (const kind of kinds) {
      const head = await git.head();
      const rendered = firstOf(kind, await loadPlatform(git, head, { publicUrl }));
      if (rendered === undefined) continue;
      const { changeSet, changes } = rendered;
      const { files, objects } = changeSet;
      const baseline = await takeBaseline({ objects, cluster, metrics, now: Date.now() });
      const described = { ...committedImprovement("", objects), change_set: changeSet, baseline };
      const approval = { actor: "rule:x", reason: "r" };
      const message = implementMessage(described, changes, { approval, changeSet: changeSet.hash });
      const pushed = await git.commit({ base: head, files, message });
      if (pushed.kind !== "pushed") throw new Error(pushed.kind);
      const { commit } = pushed;
      const landed = { kind: "commit", first: commit, last: commit } as const;
      const { path, record } = await toTheEnd({ ...described, git_commit: commit, landed }, ports);
      tried.add(kind);
      if (path.join() !== "deployed,verified") ends[kind] = `${path.join()}: ${record.failure_reason ?? ""}`;
    }
    expect(ends).toEqual({});
  });
});

afterAll(() => {
  expect(
    [...intents.keys()].filter((kind) => !tried.has(kind)),
    "intents that ran nowhere",
  ).toEqual([]);
});

/** What platforms of a few lines leave out: the project, and that Argo CD syncs them by itself. */
function automated(texts: Readonly<Record<string, string>>): Record<string, string> {
  const policy = "  syncPolicy: {automated: {prune: true, selfHeal: true}, syncOptions: [CreateNamespace=true]}";
  const completed = (text: string) => {
    if (!/^kind: Application$/m.test(text)) return text;
    const withProject = /^ {2}project:/m.test(text) ? text : text.replace(/^spec:$/m, "spec:\n  project: default");
    if (withProject.includes("syncPolicy")) return withProject;
    return withProject.replace(/^ {2}destination: .*$/m, (line) => `${line}\n${policy}`);
  };
  return Object.fromEntries(Object.entries(texts).map(([path, text]) => [path, completed(text)]));
}

/** The best change policy does not deny. */
function firstOf(kind: string, platform: Platform) {
  for (const { intent } of intents.get(kind)?.candidates(platform) ?? []) {
    const rendered = renderChangeSet(intent, platform);
    if (rendered.kind === "rendered" && rendered.verdict.decision !== "deny") return rendered;
  }
  return undefined;
}
