/** Applications whose objects are not written in this repository, so that nobody here can count or read them. */
import { ofKind } from "./lookup.ts";
import type { Platform } from "./platform.ts";
import { textAt } from "./values.ts";

/** The name of an Application that brings objects into `namespace` unseen: a chart, or another repository's folder. */
export function unseenApplication(platform: Platform, namespace: string): string | undefined {
  const read = new Set(platform.applications.filter(({ tool }) => tool !== "helm").map(({ name }) => name));
  const helm = platform.applications.find((one) => one.tool === "helm" && one.destination === namespace);
  const other = ofKind(platform, "Application").find(
    ({ name, object }) => !read.has(name) && textAt(object, "spec", "destination", "namespace") === namespace,
  );
  return helm?.name ?? other?.name;
}

/** A file read into `namespace` of which a part cannot be read. */
export function unreadableFile(platform: Platform, namespace: string): string | undefined {
  const into = new Set(
    platform.applications.filter(({ destination }) => destination === namespace).map(({ name }) => name),
  );
  return platform.unreadable.find(({ path }) => (platform.readers.get(path) ?? []).some((name) => into.has(name)))
    ?.path;
}
