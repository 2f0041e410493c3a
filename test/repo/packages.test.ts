/** Where packages come from: one registry, by hash, and none that runs something of its own while it is installed. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import { root } from "./imports.ts";

interface Locked {
  readonly resolved?: string;
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
  readonly link?: boolean;
}
const lock = JSON.parse(readFileSync(path.join(root, "package-lock.json"), "utf8")) as {
  readonly packages: Readonly<Record<string, Locked>>;
};
/** What is inside of another package came with its hash. */
const locked = Object.entries(lock.packages).filter(([place, one]) => place !== "" && !("inBundle" in one));

test("every package is held by its hash and comes from the registry", () => {
  expect(locked.length).toBeGreaterThan(100);
  const loose = locked.filter(
    // Without an address it comes from the registry that is configured.
    ([, { resolved = "https://registry.npmjs.org/", integrity = "", link }]) =>
      link === true ||
      !resolved.startsWith("https://registry.npmjs.org/") ||
      !/^sha512-[A-Za-z0-9+/]{86}==/.test(integrity),
  );
  expect(loose.map(([place]) => place)).toEqual([]);
});

test("no package runs a script while it is installed but those on the list", () => {
  const running = locked.filter(([, { hasInstallScript }]) => hasInstallScript === true).map(([place]) => place);
  const names = running.map((place) => place.replace(/^.*node_modules\//, ""));
  const optionalOnMac = names.filter((name) => name !== "fsevents");
  expect(new Set(optionalOnMac)).toEqual(new Set(Object.keys(packageJson.allowScripts)));
});

test("what is asked for is one version, not a range", () => {
  const wanted = { ...packageJson.dependencies, ...packageJson.devDependencies };
  expect(Object.entries(wanted).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
});
