import { describe, expect, test } from "vitest";
import { renderChangeSet } from "../../../shared/intents/render.ts";
import { addHorizontalPodAutoscaler } from "../../../shared/intents/workloads/add-horizontal-pod-autoscaler.ts";
import { application, deployment, platformOf, SIZED } from "../../support/platform.ts";

const intent = {
  kind: "add-horizontal-pod-autoscaler",
  workload: { kind: "Deployment", namespace: "shop", name: "web" },
};
const web = (replicas: string | number = 2, extra = SIZED) =>
  deployment("web", { extra }).replace("spec:\n", `spec:\n  # for the sale\n  replicas: ${replicas}\n`);
const texts = (text: string, others: Readonly<Record<string, string>> = {}) => ({
  "app.yaml": application("a", "shop", "shop"),
  "shop/web.yaml": text,
  ...others,
});

function renderOn(text: string, others: Readonly<Record<string, string>> = {}) {
  return renderChangeSet(intent, platformOf(texts(text, others)));
}

const quota = (hard: string) => ({
  "shop/quota.yaml": `apiVersion: v1\nkind: ResourceQuota\nmetadata: {name: q}\nspec: {hard: {${hard}}}\n`,
});

test("the replicas leave Git in the same change, with their line and nothing else", () => {
  const rendered = renderOn(web());
  if (rendered.kind === "refused") throw new Error(rendered.because);
  const { files } = rendered.changeSet;
  const [edited, added] = [files.find(({ before }) => before !== null), files.find(({ before }) => before === null)];
  expect(edited?.after).toBe(web().replace("  replicas: 2\n", ""));
  expect(added?.after).toMatch(/minReplicas: 2\n {2}maxReplicas: 4\n/);
  expect(rendered.verdict.decision).toBe("human");
  expect(rendered.verdict.rules.map(({ rule }) => rule)).toContain("always-human-replicas-handover");
  expect(rendered.changes.join("\n")).toMatch(/may fall to one replica/);
});

test.each([
  ["CRLF", web().replaceAll("\n", "\r\n")],
  ["the last line", `${deployment("web", { extra: SIZED })}`.replace("spec:\n", "spec:\n  replicas: 2\n")],
  ["a comment behind it", web("2 # two of them")],
])("%s", (_, text) => {
  const rendered = renderOn(text);
  if (rendered.kind === "refused") throw new Error(rendered.because);
  expect(rendered.changeSet.files.find(({ before }) => before !== null)?.after).toBe(
    text.replace(/^ {2}replicas:.*\r?\n/m, ""),
  );
});

describe("quotas bound it", () => {
  test.each([
    ["room for one", 'requests.cpu: "300m"', 3],
    ["room for all", 'requests.cpu: "4"', 4],
    ["pods", 'pods: "3"', 3],
    ["memory limits", "limits.memory: 768Mi", 3],
  ])("%s", (_, hard, most) => {
    const rendered = renderOn(web(), quota(hard));
    if (rendered.kind === "refused") throw new Error(rendered.because);
    expect(rendered.changeSet.files.find(({ before }) => before === null)?.after).toContain(`maxReplicas: ${most}\n`);
    expect(rendered.verdict.decision).not.toBe("deny");
  });

  test("no room", () => {
    expect(renderOn(web(), quota("requests.cpu: 200m"))).toMatchObject({ because: expect.stringMatching(/no room/) });
  });
});

describe("refused", () => {
  const scaler = (kind: string, spec: string) => ({
    "shop/scaler.yaml": `apiVersion: x.example/v1\nkind: ${kind}\nmetadata: {name: s}\nspec: ${spec}\n`,
  });
  const target = "{kind: Deployment, name: web}";
  const volume = "      volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]\n";
  const mounted = deployment("web", { extra: SIZED, podExtra: volume }).replace("spec:\n", "spec:\n  replicas: 2\n");
  const claim = (mode: string) => ({
    "shop/claim.yaml": `apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\nspec: {accessModes: [${mode}], resources: {requests: {storage: 1Gi}}}\n`,
  });

  test.each<[string, string, Readonly<Record<string, string>>, RegExp]>([
    ["one replica", web(1), {}, /single replica/],
    ["none", web(0), {}, /zero/],
    ["replicas of somebody else", deployment("web", { extra: SIZED }), {}, /not written here/],
    ["no CPU request", web(2, ""), {}, /requests no CPU/],
    ["an autoscaler", web(), scaler("HorizontalPodAutoscaler", `{scaleTargetRef: ${target}}`), /already/],
    ["a ScaledObject", web(), scaler("ScaledObject", "{scaleTargetRef: {name: web}}"), /already/],
    ["a vertical one", web(), scaler("VerticalPodAutoscaler", `{targetRef: ${target}}`), /already/],
    ["a volume of one pod", mounted, claim("ReadWriteOnce"), /one pod at a time/],
    ["Recreate", web().replace("  replicas: 2\n", "  replicas: 2\n  strategy: {type: Recreate}\n"), {}, /Recreate/],
    ["replicas in braces", JSON.stringify({}), {}, /there is no Deployment/],
  ])("%s", (_, text, others, because) => {
    expect(renderOn(text, others)).toMatchObject({ kind: "refused", because: expect.stringMatching(because) });
    expect(addHorizontalPodAutoscaler.candidates(platformOf(texts(text, others)))).toEqual([]);
  });

  test("a shared volume and a vertical one that only recommends are no reason", () => {
    expect(renderOn(mounted, claim("ReadWriteMany")).kind).toBe("rendered");
    const off = scaler("VerticalPodAutoscaler", `{targetRef: ${target}, updatePolicy: {updateMode: "Off"}}`);
    expect(renderOn(web(), off).kind).toBe("rendered");
  });
});
