/**
 * The school and the stand-in cluster read a repository by code that shares nothing; what one believes an Application
 * applies must be what the other applies, before and after every change the school would make.
 */
import { describe, expect, test } from "vitest";
import { admit } from "../../../build/local/sandbox/admission.ts";
import { renderApplication } from "../../../build/local/sandbox/source.ts";
import { intents } from "../../../shared/intents/registry.ts";
import { renderChangeSet } from "../../../shared/intents/render.ts";
import { withChanges } from "../../../shared/repository/change.ts";
import type { Platform } from "../../../shared/repository/platform.ts";
import { sample } from "../../support/platform.ts";

type Rendered = ReturnType<typeof renderApplication>;

function applied(platform: Platform, application: string): Rendered {
  const text = (path: string) => platform.files.get(path)?.content ?? undefined;
  const snapshot = { commit: platform.commit, paths: [...platform.files.keys()], text };
  const manifest = platform.resources.find(({ kind, name }) => kind === "Application" && name === application);
  return renderApplication(manifest?.object as never, [snapshot]);
}

async function expectAgreement(platform: Platform): Promise<void> {
  for (const { name: application } of platform.applications) {
    const objects = applied(platform, application);
    const ours = platform.resources.filter((resource) => resource.application === application);
    const names = ours.map(({ kind, namespace, name }) => `${kind} ${namespace ?? ""}/${name}`);
    const theirs = objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ""}/${metadata.name}`);
    expect(
      names.sort((a, b) => (a < b ? -1 : 1)),
      application,
    ).toEqual(theirs.sort((a, b) => (a < b ? -1 : 1)));
    for (const object of objects) expect(await admit(object, undefined)).toBeUndefined();
  }
}

describe.each(["harbor", "meadow"] as const)("%s", (name) => {
  const platform = sample(name);

  test("as it is", () => expectAgreement(platform));

  test.each([...intents.keys()])("after %s", async (kind) => {
    for (const { intent } of intents.get(kind)?.candidates(platform) ?? []) {
      const rendered = renderChangeSet(intent, platform);
      expect(rendered.kind).toBe("rendered");
      if (rendered.kind === "rendered") await expectAgreement(withChanges(platform, rendered.changeSet.files));
    }
  });
});
