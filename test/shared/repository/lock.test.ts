import fc from "fast-check";
import { expect, test } from "vitest";
import { lockName } from "../../../shared/repository/lock.ts";
import type { Platform, RepositoryApplication, Resource } from "../../../shared/repository/platform.ts";

/** Applications by name: the destination first, then the namespaces of what they read. */
function platform(spec: Readonly<Record<string, readonly (string | undefined)[]>>): Platform {
  const applications = Object.entries(spec).map(
    ([name, [destination]]): RepositoryApplication => ({
      name,
      namespace: "argocd",
      repoURL: "",
      path: name,
      recurse: false,
      tool: "directory",
      destination,
      definedIn: "",
    }),
  );
  const resources = Object.entries(spec).flatMap(([application, [, ...namespaces]]) =>
    namespaces.map(
      (namespace): Resource => ({
        path: "",
        document: 0,
        apiVersion: "v1",
        kind: "ConfigMap",
        namespace,
        name: "x",
        application,
        object: {},
      }),
    ),
  );
  const empty = { files: new Map(), readers: new Map(), addresses: [], options: {}, unreadable: [] };
  return { commit: "", applications, resources, ...empty };
}

test.each<[string, string, Readonly<Record<string, readonly (string | undefined)[]>>, string]>([
  ["alone in its namespace", "shop", { shop: ["shop"], bank: ["bank"] }, "shop"],
  ["same destination", "shop", { shop: ["web"], blog: ["web"] }, "blog"],
  ["an object in another's namespace", "shop", { shop: ["shop", "bank"], bank: ["bank"] }, "bank"],
  ["through a third", "shop", { shop: ["a"], middle: ["a", "b"], bank: ["b"], other: ["c"] }, "bank"],
  [
    "objects without a namespace connect nothing",
    "shop",
    { shop: [undefined, undefined], a: [undefined, undefined] },
    "shop",
  ],
  ["unknown to the repository", "ghost", { shop: ["shop"] }, "ghost"],
])("%s", (_name, application, spec, expected) => {
  expect(lockName(application, platform(spec))).toBe(expected);
});

test("two Applications that share a namespace share the lock, and every one of a lock names the same", () => {
  const namespaces = fc.array(fc.constantFrom("a", "b", "c", "d", "e"), { maxLength: 3 });
  const spec = fc.dictionary(fc.constantFrom("p", "q", "r", "s", "t"), namespaces);
  fc.assert(
    fc.property(spec, (input) => {
      const world = platform(input);
      for (const [one, ours] of Object.entries(input)) {
        const lock = lockName(one, world);
        expect(lockName(lock, world)).toBe(lock);
        for (const [other, theirs] of Object.entries(input)) {
          if (ours.some((namespace) => theirs.includes(namespace))) expect(lockName(other, world)).toBe(lock);
        }
      }
    }),
  );
});
