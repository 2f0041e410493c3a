/** Whoever names the place of a candidate gets that candidate, on platforms of every make. */
import { expect, test } from "vitest";
import { scopeOf } from "../../../shared/intents/named/named-scope.ts";
import { isAt, narrowed } from "../../../shared/intents/named/narrow.ts";
import { intents } from "../../../shared/intents/registry.ts";
import type { Platform } from "../../../shared/repository/platform.ts";
import { platformOf, sample } from "../../support/platform.ts";
import { archiveTexts } from "./database-platform.ts";
import { galleryTexts } from "./gallery.ts";
import { keysTexts } from "./keys-platform.ts";
import { millTexts } from "./mill.ts";
import { dockTexts, quayTexts } from "./services-platform.ts";

const platforms: readonly (readonly [string, () => Platform])[] = [
  ["harbor", () => sample("harbor")],
  ["meadow", () => sample("meadow")],
  ["archive", () => platformOf(archiveTexts("directory"))],
  ["gallery", () => platformOf(galleryTexts)],
  ["keys", () => platformOf(keysTexts)],
  ["mill", () => platformOf(millTexts)],
  ["dock", () => platformOf(dockTexts)],
  ["quay", () => platformOf(quayTexts)],
];
const naming = (target: string) => ({ title: `Improve the ${target}`, description: "", quotes: [] });

test.each(platforms)("%s: every candidate of every intent is found by its name, and alone", (_name, make) => {
  const platform = make();
  let looked = 0;
  for (const definition of intents.values()) {
    const all = definition.candidates(platform);
    for (const candidate of all) {
      const scope = scopeOf(naming(candidate.target), platform);
      const label = `${definition.kind} ${candidate.target}`;
      if (scope === undefined) throw new Error(`${label} names nothing`);
      const { candidates, isAround } = narrowed(all, scope, platform);
      expect(candidates, label).toContain(candidate);
      expect(isAround, label).toBe(false);
      expect(new Set(candidates.map(({ target }) => target)), label).toEqual(new Set([candidate.target]));
      looked += 1;
    }
  }
  expect(looked).toBeGreaterThan(9);
});

const harbor = sample("harbor");
const ref = (kind: string, namespace: string, name: string) =>
  ({ apiVersion: "v1", kind, namespace, name, effect: "change" }) as const;

test.each([
  ["the workload itself", "Deployment insights/collector", ref("Deployment", "insights", "collector"), true],
  ["one of the same name elsewhere", "Deployment insights/collector", ref("Deployment", "orders", "collector"), false],
  ["another one beside it", "Deployment insights/collector", ref("Deployment", "insights", "reporter"), false],
  ["another kind of that name", "Deployment insights/collector", ref("StatefulSet", "insights", "collector"), false],
  ["anything in a namespace", "namespace insights", ref("ConfigMap", "insights", "any"), true],
  ["the same in another", "namespace insights", ref("ConfigMap", "orders", "any"), false],
])("a change of %s", (_name, named, object, expected) => {
  const scope = scopeOf(naming(named), harbor);
  if (scope === undefined) throw new Error(`${named} names nothing`);
  expect(isAt([object], scope, harbor)).toBe(expected);
});
