/** A proposal that names what it is about is held against that, and against nothing else. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findCapacity } from "../../functions/validate/capacity.ts";
import { findInPlace } from "../../functions/validate/in-place.ts";
import { application, deployment, platformOf, SIZED } from "../support/platform.ts";
import { look, platform, small } from "./coast.ts";

describe("what a survey looks at", () => {
  test.each<[string, string, string, string, RegExp]>([
    [
      "a named workload that has it",
      "Set memory limits on lamp-driver",
      "",
      "conflict",
      /already done for Deployment beacon\/lamp-driver/,
    ],
    [
      "a named workload that lacks it",
      "Set memory limits on lens-turner",
      "",
      "pass",
      /Deployment beacon\/lens-turner: one place lacks it/,
    ],
    [
      "one of two lacks it",
      "Set memory limits on lamp-driver and lens-turner",
      "",
      "pass",
      /one place lacks it, 1 have it/,
    ],
    ["named in words of its own", "Set memory limits on the Lamp Driver", "", "conflict", /beacon\/lamp-driver/],
    [
      "an everyday word a sentence points at",
      "Set memory limits for logbook",
      "",
      "conflict",
      /Deployment beacon\/logbook/,
    ],
    [
      "named by its namespace",
      "Set memory limits in namespace horn-room",
      "",
      "conflict",
      /already done for namespace horn-room/,
    ],
    [
      "a namespace where one lacks it",
      "Set memory limits in fog-lab",
      "",
      "pass",
      /namespace fog-lab: one place lacks it/,
    ],
    [
      "what is only compared with does not count",
      "Set memory limits on every container, like lamp-driver",
      "",
      "pass",
      /places lack it/,
    ],
    [
      "where it would do no good",
      "Protect gull-chaser-daemon with a disruption budget",
      "",
      "pass",
      /gull-chaser-daemon.*single replica/,
    ],
    [
      "a workload of a name nobody has",
      "Set memory limits on the Deployment lamp-dryver",
      "",
      "unknown",
      /names Deployment lamp-dryver, which has no manifest/,
    ],
    [
      "a host is no target",
      "Set memory limits everywhere",
      "ask http://lamp-driver.beacon.svc:80",
      "pass",
      /places lack it/,
    ],
    ["nothing named: everything", "Set memory limits on every container", "", "pass", /places lack it/],
    [
      "a form that is done elsewhere",
      "Replicate the database of lamp-driver",
      "",
      "pass",
      /nothing of its own at Deployment beacon\/lamp-driver/,
    ],
    [
      "an image by its reference",
      "Pin the image lights.example/tools/painter:latest",
      "",
      "pass",
      /1 of 2 places lack it/,
    ],
    [
      "an image by a word, in a namespace",
      "Pin the painter image in namespace fog-lab",
      "",
      "conflict",
      /already done for image .*painter in fog-lab/,
    ],
    [
      "an image another version is wanted of",
      "Pin the image in fog-lab",
      "image: lights.example/tools/painter:v3.0.0 in namespace fog-lab",
      "pass",
      /1 of 1 places lack it/,
    ],
  ])("%s: %s / %s", (_, title, notes, result, because) => {
    const finding = look(title, notes);
    expect(`${finding?.result}: ${finding?.because}`).toMatch(new RegExp(`^${result}: .*${because.source}`));
  });

  test("what is told in passing is not asked for", () => {
    const notes = "Today a Deployment lens-turner runs with a ServiceAccount lamp-account and without limits";
    expect(look("Set memory limits on lens-turner", notes)?.because).toMatch(/one place lacks it/);
    const told = "We run a Deployment logbook, from a ConfigMap named lamp-settings";
    const spoken = { title: "Keep a log", description: "", quotes: [{ text: told }] };
    expect(findInPlace(spoken, platform)?.result).not.toBe("conflict");
    expect(look("Feed the lamp", "Read the oil level from a ServiceAccount lamp-account")?.result).not.toBe("conflict");
  });

  test("the evidence is of what is named alone", () => {
    const evidence = look("Set memory limits on lens-turner")?.evidence.join("\n");
    expect(evidence).toContain("lens-turner");
    expect(evidence).not.toContain("fog-horn");
  });

  test("never throws, and never finds done what is nowhere", () => {
    const words = fc.constantFrom(
      ...'a the ResourceQuota quota named in namespace beacon fog-lab ` " . , / : Deployment lamp-driver image with 40 pods ( [ * \\ quotas of'.split(
        " ",
      ),
    );
    fc.assert(
      fc.property(fc.array(words, { maxLength: 20 }), (some) => {
        const finding = look(some.join(" "));
        expect(finding?.result !== "conflict" || finding.evidence.length > 0).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

describe("room is judged where the change goes", () => {
  const room = (title: string, notes = "") =>
    findCapacity({ title, description: "", implementation_notes: notes, quotes: [] }, platform);
  const full = platformOf({
    "apps/a.yaml": application("a", "a", "full-house"),
    "apps/b.yaml": application("b", "b", "wide-yard"),
    "a/quota.yaml": small("ResourceQuota", "q", '{hard: {requests.memory: 200Mi, pods: "9"}}'),
    "a/bare.yaml": deployment("tight-fit"),
    "a/sized.yaml": deployment("first-in", { extra: SIZED }),
    "b/bare.yaml": deployment("easy-fit"),
    "b/sized.yaml": deployment("early-bird", { extra: SIZED }),
  });
  const inFull = (title: string) => findCapacity({ title, description: "", quotes: [] }, full);

  test("a full namespace is no matter to another", () => {
    expect(inFull("Set memory limits on every container")?.result).toBe("pass");
    expect(inFull("Set memory limits on easy-fit")?.result).toBe("pass");
    expect(inFull("Set memory limits on tight-fit")?.result).toBe("conflict");
    expect(inFull("Set memory limits in namespace full-house")?.result).toBe("conflict");
  });

  test("a pinned image brings no pods and asks for no more", () => {
    expect(room("Pin the painter image")).toMatchObject({ result: "pass", evidence: [] });
    expect(room("Pin the painter image")?.because).toMatch(/no more pods/);
  });

  test("nothing is said where the named workload is none the change could go to", () => {
    expect(room("Add a PodDisruptionBudget for gull-chaser-daemon")).toBeUndefined();
    expect(room("Polish the brass", "A Deployment brass-polisher that scales to zero")).toBeUndefined();
  });
});
