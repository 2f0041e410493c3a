/** A hook is run by a sync and is no part of the wanted state: Argo CD lists it without a status, or not at all. */
import { expect, test } from "vitest";
import { decideLive } from "../../../shared/argocd/live.ts";
import { invertObjects } from "../../../shared/argocd/objects.ts";
import type { ObjectRef } from "../../../shared/domain/change-set.ts";
import { commits, deployment, healthy, isAncestor } from "./application.ts";

const hook: ObjectRef = {
  apiVersion: "batch/v1",
  kind: "Job",
  namespace: "shop",
  name: "migrate",
  effect: "create",
  hook: true,
};
const decide = (resources: readonly object[], objects: readonly ObjectRef[] = [hook]) =>
  decideLive(
    { application: healthy(commits.ours, { resources } as never), commit: commits.ours, objects, paths: [] },
    isAncestor,
  );

test.each([
  ["not listed", [deployment]],
  ["listed without a status", [deployment, { group: "batch", kind: "Job", namespace: "shop", name: "migrate" }]],
])("a hook that is %s keeps nobody waiting once the sync has succeeded", async (_, resources) => {
  expect((await decide(resources)).kind).toBe("live");
});

test("the same Job without the mark has to be there", async () => {
  const { hook: _mark, ...job } = hook;
  expect(await decide([deployment], [job])).toMatchObject({ kind: "wait" });
});

test("taking it back waits for nothing: what it did stays done", () => {
  expect(invertObjects([hook])).toEqual([]);
});
