/** A proposal that names what it is about is planned there, or a person hears why nothing fits there. */
import { describe, expect, test } from "vitest";
import { plan } from "../../functions/plan/handle.ts";
import type { Improvement } from "../../shared/domain/improvement.ts";
import type { LanguageModel, ModelQuestion } from "../../shared/model-ports.ts";
import { committedImprovement } from "../support/improvement.ts";
import { application, deployment, gitOf, SIZED, service } from "../support/platform.ts";

const times = (text: string, count: number) => text.replace("spec:\n", `spec:\n  replicas: ${count}\n`);
const object = (kind: string, name: string, spec: string, apiVersion = "v1") =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: ${name}}\nspec: ${spec}\n`;
const range = object(
  "LimitRange",
  "usual",
  "{limits: [{type: Container, default: {memory: 300Mi, cpu: 200m}, defaultRequest: {memory: 200Mi, cpu: 100m}}]}",
);
const budget = object(
  "PodDisruptionBudget",
  "glaze",
  "{minAvailable: 1, selector: {matchLabels: {app: glaze-mixer}}}",
  "policy/v1",
);

/** A pottery: `studio` and `shop-floor` lack limits in several places, `store` has one workload of everything. */
const pottery = {
  "apps/studio.yaml": application("studio", "studio", "studio"),
  "apps/floor.yaml": application("floor", "floor", "shop-floor"),
  "apps/store.yaml": application("store", "store", "store"),
  "apps/system.yaml": application("system", "system", "kube-system"),
  "studio/range.yaml": range,
  "studio/kiln.yaml": `${times(deployment("kiln-driver"), 2)}---\n${service("kiln-driver", 80)}`,
  "studio/glaze.yaml": `${times(deployment("glaze-mixer", { extra: SIZED }), 3)}---\n${budget}`,
  "studio/wheel.yaml": deployment("wheel"),
  "studio/clay.yaml": `${times(deployment("clay-press"), 4)}---\n${service("clay-door", 80, "clay-press")}`,
  "floor/range.yaml": range,
  "floor/till.yaml": times(deployment("till-keeper"), 2),
  "floor/wall.yaml": times(deployment("price-wall"), 2),
  "store/shelf.yaml": times(deployment("shelf-counter", { extra: SIZED }), 1),
  "system/gauge.yaml": deployment("heat-gauge"),
};

const context = { signal: new AbortController().signal, now: () => Date.UTC(2030, 0, 1), save: async () => undefined };

async function run(
  title: string,
  over: Partial<Improvement> = {},
  past: readonly Improvement[] = [],
  model?: LanguageModel,
) {
  const { change_set: _, git_commit: __, landed: ___, ...record } = committedImprovement("c", []);
  const improvement = {
    ...record,
    title,
    description: "",
    quotes: [],
    status: "validated",
    id: "new",
    ...over,
  } as Improvement;
  const ports = {
    git: gitOf(pottery),
    history: { recent: async () => past },
    model,
    settings: { platform: {}, policy: {} },
  };
  const outcome = await plan({ improvement }, ports, context);
  if (outcome.kind !== "move") throw new Error(`it came to ${outcome.kind}`);
  return outcome;
}

const said = (pattern: RegExp) => expect.stringMatching(pattern) as string;
const LIMITED = [
  "Deployment shop-floor/price-wall",
  "Deployment shop-floor/till-keeper",
  "Deployment studio/kiln-driver",
];
const quoted = (text: string) => ({ quotes: [{ text }] });

describe("is planned there, and lists no place elsewhere", () => {
  test.each<[string, string, readonly string[], Partial<Improvement>?]>([
    ["Set memory limits on every container", "studio/clay-press", [...LIMITED, "Deployment studio/wheel"]],
    ["Set memory limits on till-keeper", "shop-floor/till-keeper", []],
    ["Set memory limits on the Till Keeper", "shop-floor/till-keeper", []],
    ["Set memory limits for wheel", "studio/wheel", []],
    ["Set memory limits on Deployment studio/wheel", "studio/wheel", []],
    ["Set memory limits", "studio/wheel", [], { description: "Do it to the Deployment studio/wheel." }],
    ["Set memory limits", "shop-floor/price-wall", [], { implementation_notes: "Start with price-wall." }],
    ["Set memory limits on wheel", "studio/wheel", [], { description: "It runs beside till-keeper." }],
    ["Set memory limits on kiln-driver and till-keeper", "shop-floor/till-keeper", ["Deployment studio/kiln-driver"]],
    ["Set memory limits on glaze-mixer and kiln-driver", "studio/kiln-driver", []],
    ["Set memory limits in namespace shop-floor", "shop-floor/price-wall", ["Deployment shop-floor/till-keeper"]],
    ["Set memory limits everywhere, like till-keeper", "studio/clay-press", [...LIMITED, "Deployment studio/wheel"]],
    ["Set memory limits, using till-keeper", "studio/clay-press", [...LIMITED, "Deployment studio/wheel"]],
    ["Protect kiln-driver with a PodDisruptionBudget", "studio/kiln-driver", []],
    ["Add a default-deny NetworkPolicy to namespace shop-floor", "shop-floor/default-deny-ingress", []],
    ["Add a NetworkPolicy store/default-deny-ingress", "store/default-deny-ingress", []],
    ["Set memory limits", "shop-floor/till-keeper", [], quoted("Memory limits saved till-keeper last year.")],
    [
      "Set memory limits",
      "studio/clay-press",
      [...LIMITED, "Deployment studio/wheel"],
      quoted("We found memory limits with till-keeper."),
    ],
    [
      "Set memory limits",
      "studio/clay-press",
      [...LIMITED, "Deployment studio/wheel"],
      quoted("In kube-system heat-gauge got memory limits."),
    ],
  ])("%s: %s, beside it %j", async (title, target, others, over = {}) => {
    const outcome = await run(title, over);
    expect(outcome).toMatchObject({
      to: "planned",
      because: said(new RegExp(`^\\w+ ${target}: `)),
      patch: { other_targets: others },
    });
    expect(outcome.patch.planning).not.toHaveProperty("doubt");
  });
});

describe("is planned around it only for a person to decide", () => {
  test.each([
    [
      "Add a default-deny NetworkPolicy for till-keeper",
      "NetworkPolicy shop-floor/default-deny-ingress",
      "Deployment shop-floor/till-keeper",
    ],
    ["Add a NetworkPolicy store/nobody-comes-in", "NetworkPolicy store/default-deny-ingress", "store/nobody-comes-in"],
    [
      "Protect the workload behind Service clay-door with a PodDisruptionBudget",
      "Deployment studio/clay-press",
      "Service studio/clay-door",
    ],
  ])("%s: %s", async (title, target, named) => {
    expect(await run(title)).toMatchObject({
      to: "planned",
      because: said(new RegExp(`^${target}: `)),
      patch: {
        other_targets: [],
        planning: { by: "rules", doubt: `it names ${named}, and the change is not there but around it` },
      },
      evidence: { named },
    });
  });
});

describe("is not planned elsewhere instead", () => {
  test.each([
    [
      "Set memory limits on heat-gauge",
      /^it names Deployment kube-system\/heat-gauge, and set-resource-limits fits nowhere there: .*off limits$/,
    ],
    [
      "Set memory limits on the Deployment till-kepper",
      /^it names Deployment till-kepper, .*: Deployment till-kepper has no manifest/,
    ],
    [
      "Protect shelf-counter with a PodDisruptionBudget",
      /^it names Deployment store\/shelf-counter, .* it runs a single replica/,
    ],
    [
      "Protect wheel and shelf-counter with a PodDisruptionBudget",
      /^it names Deployment (?:store\/shelf-counter|studio\/wheel).*single replica/,
    ],
    [
      "Protect the pods in namespace store with a PodDisruptionBudget",
      /^it names namespace store, .*shelf-counter: it runs a single replica/,
    ],
    ["Set memory limits on the LimitRange usual", /^it names LimitRange .*finds nothing of its own there$/],
  ])("%s", async (title, why) => {
    const outcome = await run(title);
    expect(outcome).toMatchObject({
      to: "pending_review",
      patch: { review_stage: "plan", review_reason: said(why), planning: { by: "rules" } },
      evidence: { named: expect.any(String) as string },
    });
    expect(outcome.patch).not.toHaveProperty("intent");
  });

  test.each([
    [
      "Set memory limits on glaze-mixer",
      /every place for set-resource-limits at Deployment studio\/glaze-mixer is in place already \(1\)/,
    ],
    ["Set memory limits in namespace store", /at namespace store is in place already/],
    ["Protect glaze-mixer with a PodDisruptionBudget", /at Deployment studio\/glaze-mixer is in place already/],
  ])("what is there already is no matter for a person: %s", async (title, why) => {
    expect(await run(title)).toMatchObject({
      to: "rejected",
      because: said(why),
      patch: { failure_reason: said(why) },
    });
  });

  test("where another improvement is at it, although others are free", async () => {
    const first = await run("Set memory limits on till-keeper");
    const intent = first.patch.intent;
    if (intent == null) throw new Error("nothing was planned");
    const { change_set: _, git_commit: __, landed: ___, ...record } = committedImprovement("c", []);
    const past: Improvement[] = [{ ...record, id: "old", status: "planned", intent }];
    expect(await run("Set memory limits on till-keeper", {}, past)).toMatchObject({
      to: "rejected",
      because: said(/at Deployment shop-floor\/till-keeper is taken by another improvement \(1\)/),
    });
    expect(await run("Set memory limits in namespace shop-floor", {}, past)).toMatchObject({
      because: said(/^Deployment shop-floor\/price-wall/),
    });
  });

  test("nor where it was planned before its name was read", async () => {
    const elsewhere = (await run("Set memory limits on wheel")).patch.intent;
    if (elsewhere == null) throw new Error("nothing was planned");
    expect(await run("Set memory limits on till-keeper", { intent: elsewhere })).toMatchObject({
      because: said(/^Deployment shop-floor\/till-keeper/),
    });
  });
});

describe("a model that chooses", () => {
  const wheel = {
    kind: "set-resource-limits",
    workload: { kind: "Deployment", namespace: "studio", name: "wheel" },
    container: "main",
  };
  const sizes = { requests: { memory: "200Mi", cpu: "100m" }, limits: { memory: "300Mi", cpu: "200m" } };
  const answering = (value: object) => {
    const asked: ModelQuestion[] = [];
    const model: LanguageModel = {
      answer: async (question) => {
        asked.push(question);
        return { kind: "answered", value, model: "test:model", usage: { input: 1, output: 1 } };
      },
    };
    return { asked, model };
  };

  test("is offered what is named and nothing else", async () => {
    const { asked, model } = answering({ because: "It fits.", choice: "candidate", candidate: 1 });
    const outcome = await run("Set memory limits on till-keeper", {}, [], model);
    expect(outcome).toMatchObject({
      to: "planned",
      because: said(/^Deployment shop-floor\/till-keeper/),
      patch: { other_targets: [] },
    });
    expect(outcome.patch.planning).not.toHaveProperty("doubt");
    expect(asked[0]?.prompt).toContain("It names Deployment shop-floor/till-keeper");
    expect(asked[0]?.prompt).not.toMatch(/<candidate number="\d+">Deployment studio/);
  });

  test("another place than the named one leaves a doubt", async () => {
    const { model } = answering({ because: "Better here.", choice: "intent", intent: { ...wheel, ...sizes } });
    expect(await run("Set memory limits on till-keeper", {}, [], model)).toMatchObject({
      to: "planned",
      patch: {
        intent: { workload: { name: "wheel" } },
        planning: {
          doubt: said(/^only the model .* names Deployment shop-floor\/till-keeper, and this changes something else$/),
        },
      },
    });
    // The rules would have chosen it had nothing been named.
    const free = await run("Set memory limits", {}, [], model);
    expect(free.patch.planning?.doubt ?? "").not.toMatch(/something else/);
  });
});
