import { describe, expect, test } from "vitest";
import { renderChangeSet } from "../../../shared/intents/render.ts";
import { setPodSecurityLevel } from "../../../shared/intents/security/set-pod-security-level.ts";
import { application, deployment, platformOf } from "../../support/platform.ts";

const NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n";
const CONTEXT =
  "{allowPrivilegeEscalation: false, runAsNonRoot: true, capabilities: {drop: [ALL]}, seccompProfile: {type: RuntimeDefault}}";
const strict = (context = CONTEXT, podExtra = "") =>
  deployment("web", { extra: `          securityContext: ${context}\n`, podExtra });

function levelOf(texts: Readonly<Record<string, string>>): string {
  const platform = platformOf({ "apps/a.yaml": application("a", "shop", "shop"), "shop/ns.yaml": NAMESPACE, ...texts });
  const [candidate] = setPodSecurityLevel.candidates(platform);
  if (candidate === undefined) return setPodSecurityLevel.survey(platform).open[0]?.because ?? "done";
  const rendered = renderChangeSet(candidate.intent, platform);
  if (rendered.kind === "refused") throw new Error(rendered.because);
  expect(rendered.verdict.decision).toBe("human");
  return candidate.intent.level;
}

describe("the strictest level everything meets", () => {
  test.each<[string, string, string | RegExp]>([
    ["all of restricted", strict(), "restricted"],
    ["nothing said", deployment("web"), "baseline"],
    ["may run as root", strict(CONTEXT.replace("runAsNonRoot: true", "runAsNonRoot: false")), "baseline"],
    ["a volume of the network", strict(CONTEXT, "      volumes: [{name: x, nfs: {server: a, path: /}}]\n"), "baseline"],
    ["a path of the host", strict(CONTEXT, "      volumes: [{name: x, hostPath: {path: /}}]\n"), /path of the host/],
    ["the host's network", strict(CONTEXT, "      hostNetwork: true\n"), /hostNetwork/],
    [
      "an unsafe sysctl",
      strict(CONTEXT, "      securityContext: {sysctls: [{name: kernel.msgmax, value: '1'}]}\n"),
      /kernel parameters/,
    ],
    ["privileged", strict("{privileged: true}"), /privileged/],
    ["odd capabilities", strict("{capabilities: {add: [SYS_ADMIN]}}"), /adds capabilities/],
    ["capabilities baseline knows", strict("{capabilities: {add: [CHOWN]}}"), "baseline"],
    ["seccomp off", strict("{seccompProfile: {type: Unconfined}}"), /without seccomp/],
  ])("%s", (_, text, level) => {
    expect(levelOf({ "shop/web.yaml": text })).toMatch(level instanceof RegExp ? level : new RegExp(`^${level}$`));
  });

  test("the weakest workload decides", () => {
    expect(levelOf({ "shop/web.yaml": strict(), "shop/b.yaml": deployment("b") })).toBe("baseline");
  });
});

test("what is not known is not held to anything", () => {
  expect(levelOf({})).toMatch(/nothing of the repository runs/);
  const rollout =
    "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: r}\nspec: {template: {spec: {containers: [{name: a}]}}}\n";
  expect(levelOf({ "shop/web.yaml": strict(), "shop/r.yaml": rollout })).toMatch(/Rollout r makes is not known/);
  const enforced = NAMESPACE.replace(
    "name: shop",
    "name: shop, labels: {pod-security.kubernetes.io/enforce: privileged}",
  );
  expect(levelOf({ "shop/web.yaml": strict(), "shop/ns.yaml": enforced })).toBe("done");
  expect(levelOf({ "shop/web.yaml": strict(), "shop/ns.yaml": "" })).toMatch(/not in the repository/);
});

test("a namespace of the school's own needs a person too, and a level that is not met is refused", () => {
  const own = NAMESPACE.replace(
    "name: shop",
    "name: shop, labels: {app.kubernetes.io/managed-by: cortex-online-school}",
  );
  expect(levelOf({ "shop/web.yaml": strict(), "shop/ns.yaml": own })).toBe("restricted");
  const platform = platformOf({
    "apps/a.yaml": application("a", "shop", "shop"),
    "shop/ns.yaml": NAMESPACE,
    "shop/w.yaml": deployment("w"),
  });
  const intent = { kind: "set-pod-security-level", namespace: "shop", level: "restricted" };
  expect(renderChangeSet(intent, platform)).toMatchObject({ because: expect.stringMatching(/baseline only/) });
});
