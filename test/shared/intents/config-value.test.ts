/** One setting of a program's configuration: found, changed and told to its pods; everything else in the file stays. */
import { describe, expect, test } from "vitest";
import { knownSettings } from "../../../shared/intents/configuration/settings/catalogue.ts";
import { intents } from "../../../shared/intents/registry.ts";
import { renderChangeSet } from "../../../shared/intents/render.ts";
import { withChanges } from "../../../shared/repository/change.ts";
import type { Platform } from "../../../shared/repository/platform.ts";
import { at } from "../../../shared/repository/values.ts";
import { application, platformOf } from "../../support/platform.ts";
import { cellar, cellarFiles, database } from "./cellar-platform.ts";

const set = (setting: string, value: string, over: Readonly<Record<string, unknown>> = {}) => ({
  kind: "set-config-value",
  namespace: "cellar",
  configMap: "crates-config",
  key: "redis.conf",
  format: "redis",
  setting,
  value,
  ...over,
});

function render(intent: { readonly kind: string }, platform: Platform) {
  const rendered = renderChangeSet(intent, platform);
  if (rendered.kind === "refused") throw new Error(rendered.because);
  return rendered;
}
function outcome(intent: { readonly kind: string }, platform: Platform = cellar()): string {
  const rendered = renderChangeSet(intent, platform);
  return rendered.kind === "refused" ? rendered.because : rendered.verdict.decision;
}

const config = (data: string, name = "app-config", more = "") =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n${more}data:\n${data}`;
const app = (mark = "", meta = "") =>
  database("app", "registry.example.org/cellar/app:1.0.0", {
    mark,
    rest: "          envFrom: [{configMapRef: {name: app-config}}]\n",
  }).replace("  labels:\n    app: app\nspec", `  labels:\n    app: app\n${meta}spec`);
const LEVEL = { configMap: "app-config", key: "LEVEL", format: "plain" };

describe("a setting of the catalogue", () => {
  test.each([
    ["turn on append only", "appendonly", "yes"],
    ["log the slow queries of postgres", "log_min_duration_statement", "500ms"],
    ["queries that wait for a lock are logged in Postgres", "log_lock_waits", "on"],
  ])("%s: %s", (about, setting, value) => {
    const [best] = intents.get("set-config-value")?.candidates(cellar(), about) ?? [];
    expect([best?.intent["setting"], best?.intent["value"]]).toEqual([setting, value]);
  });

  test("nothing but one line and one checksum changes, and what the restart costs is said", () => {
    const { changeSet, changes, verdict } = render(set("appendonly", "yes"), cellar());
    const [first, second] = changeSet.files.map(({ after }) => after ?? "");
    expect(first).toBe((cellarFiles["crates-config.yaml"] ?? "").replace("appendonly no", "appendonly yes"));
    expect((second ?? "").replace(/[0-9a-f]{64}/, "5f2c")).toBe(cellarFiles["crates-deployment.yaml"]);
    expect(changes.join()).toContain("CONFIG SET appendonly yes");
    expect(verdict.rules.map(({ rule }) => rule)).toContain("always-human-settings");
  });

  test("eviction is wrong only where data is kept", () => {
    const kept = (cellarFiles["crates-config.yaml"] ?? "").replace("appendonly no", "appendonly yes");
    const found = intents
      .get("set-config-value")
      ?.candidates(cellar("directory", { "crates-config.yaml": kept }), "never evict in redis");
    expect(found?.map(({ intent }) => intent["setting"])).toEqual(["maxmemory-policy"]);
  });

  test.each<[string, (text: string) => string, (text: string) => string, RegExp]>([
    [
      "snapshots would be passed over",
      (text) => text.replace('save ""', "save 900 1"),
      same,
      /CONFIG SET appendonly yes/,
    ],
    [
      "the snapshots of the default as well",
      (text) => text.replace('    save ""\n', ""),
      same,
      /CONFIG SET appendonly yes/,
    ],
    [
      "the command line sets it",
      same,
      (text) => text.replace('redis.conf"]', 'redis.conf", "--appendonly", "no"]'),
      /command line of container crates/,
    ],
    [
      "another file may set it",
      (text) => text.replace("    dir /data", "    include /etc/redis/more.conf\n    dir /data"),
      same,
      /includes other files/,
    ],
    [
      "no lasting volume",
      same,
      (text) => text.replace(/persistentVolumeClaim:\n.*\n/, "emptyDir: {}\n"),
      /would go with it/,
    ],
    [
      "nobody reads it",
      same,
      (text) => text.replace("name: crates-config", "name: other-config"),
      /no workload reads redis\.conf/,
    ],
    ["it is immutable", (text) => `${text}immutable: true\n`, same, /immutable/],
  ])("refused: %s", (_, ofConfig, ofWorkload, reason) => {
    const more = {
      "crates-config.yaml": ofConfig(cellarFiles["crates-config.yaml"] ?? ""),
      "crates-deployment.yaml": ofWorkload(cellarFiles["crates-deployment.yaml"] ?? ""),
    };
    expect(outcome(set("appendonly", "yes"), cellar("directory", more))).toMatch(reason);
  });

  test.each([
    ["a value it is not given", set("maxmemory-policy", "always")],
    ["its own value", set("appendonly", "no")],
    ["another format", set("appendonly", "yes", { format: "env" })],
    ["another key", set("appendonly", "yes", { key: "other.conf" })],
    ["a file to load code from", set("loadmodule", "x.so")],
    ["a password", set("requirepass", "hunter2")],
    ["a folder", set("dir", "elsewhere")],
    ["a setting nobody wrote", set("hz", "100")],
    ["YAML in a value", set("appendonly", "yes\n---\nkind: Secret")],
    ["a reference in a value", set("maxmemory", "$(cat /etc/passwd)")],
  ])("refused: %s", (_, intent) => {
    expect(outcome(intent)).not.toMatch(/^(auto|human|deny)$/);
  });

  test("every value of advice is one it may be given, and leaves nothing to advise", () => {
    for (const { advice, allowed, name } of knownSettings) {
      if (advice === undefined) continue;
      expect(allowed.test(advice.value), name).toBe(true);
      expect(advice.need({ now: advice.value, others: () => ["yes"], keepsData: true }), name).toBe("fine");
    }
  });
});

describe("what people ask for", () => {
  const files = { "app.yaml": app(), "app-config.yaml": config('  LEVEL: debug # loud\n  RATE: "5"\n') };

  test("a value that is there gets another of its kind, whatever its quotes", () => {
    const platform = cellar("directory", files);
    const { changeSet, verdict } = render(set("LEVEL", "info", LEVEL), platform);
    expect(changeSet.files.map(({ after }) => after).join()).toContain("  LEVEL: info # loud\n");
    expect(verdict.decision).toBe("human");
    expect(JSON.stringify(render(set("RATE", "7", { ...LEVEL, key: "RATE" }), platform).changeSet.files)).toContain(
      'RATE: \\"7\\"',
    );
    expect(outcome(set("RATE", "often", { ...LEVEL, key: "RATE" }), platform)).toMatch(/is an amount/);
    expect(outcome(set("OTHER", "info", LEVEL), platform)).toMatch(/its own setting/);
  });

  test("text that YAML would take for something else is quoted", () => {
    const platform = cellar("directory", { ...files, "app-config.yaml": config("  LEVEL: loud\n") });
    const { changeSet } = render(set("LEVEL", "off", LEVEL), platform);
    const after = withChanges(platform, changeSet.files).resources.find(({ name }) => name === "app-config");
    expect(at(after?.object, "data", "LEVEL")).toBe("off");
  });

  test("what kustomize generates is named as such", () => {
    const platform = platformOf({
      "argocd/shop.yaml": application("shop", "shop", "cellar"),
      "shop/kustomization.yaml":
        "resources: [app.yaml]\nconfigMapGenerator:\n  - name: app-config\n    literals: [LEVEL=debug]\n",
      "shop/app.yaml": app(),
    });
    expect(outcome(set("LEVEL", "info", LEVEL), platform)).toMatch(
      /shop\/kustomization\.yaml generates ConfigMap app-config/,
    );
  });

  test("text that is folded is left alone", () => {
    const folded = { ...files, "app-config.yaml": config('  app.json: >\n    {"rate": 1}\n') };
    const intent = set("rate", "2", { ...LEVEL, key: "app.json", format: "json" });
    expect(outcome(intent, cellar("directory", folded))).toMatch(/folded text/);
  });

  test("ConfigMap and workload in one file are edited together", () => {
    const platform = cellar("directory", { "app.yaml": `${files["app-config.yaml"]}---\n${app()}` });
    const { changeSet } = render(set("LEVEL", "info", LEVEL), platform);
    expect(changeSet.files).toHaveLength(1);
    expect(changeSet.objects.map(({ kind }) => kind)).toEqual(["ConfigMap", "Deployment"]);
  });

  test.each([
    ["a checksum it has", app("      annotations:\n        checksum/app: abc\n"), "annotation checksum/app"],
    ["a new checksum", app(), "new annotation checksum/config"],
    ["Reloader", app("", '  annotations:\n    reloader.stakater.com/auto: "true"\n'), "Reloader restarts"],
    [
      "Reloader, by name",
      app("", "  annotations:\n    configmap.reloader.stakater.com/reload: x, app-config\n"),
      "Reloader restarts",
    ],
    [
      "a sidecar",
      app().replace(
        "      containers:\n",
        "      containers:\n        - {name: watch, image: jimmidyson/configmap-reload:v0.14.0}\n",
      ),
      "container watch tells",
    ],
    [
      "its next run",
      app()
        .replace("apps/v1", "batch/v1")
        .replace("kind: Deployment", "kind: CronJob")
        .replace(
          "  template:\n",
          "  jobTemplate: {spec: {template: {spec: {containers: [{name: a, image: a, envFrom: [{configMapRef: {name: app-config}}]}]}}}}\n  template:\n",
        ),
      "next run of CronJob",
    ],
  ])("its pods learn of it by %s", (_, workload, said) => {
    expect(
      render(set("LEVEL", "info", LEVEL), cellar("directory", { ...files, "app.yaml": workload })).changes.join(),
    ).toContain(said);
  });

  test("a reader of another Application would not notice", () => {
    const platform = platformOf({
      "argocd/c.yaml": application("c", "settings", "cellar"),
      "argocd/e.yaml": application("e", "elsewhere", "cellar"),
      "settings/app-config.yaml": files["app-config.yaml"],
      "elsewhere/app.yaml": app(),
    });
    expect(outcome(set("LEVEL", "info", LEVEL), platform)).toMatch(/belongs to another Application, e/);
  });
});

function same(text: string): string {
  return text;
}
