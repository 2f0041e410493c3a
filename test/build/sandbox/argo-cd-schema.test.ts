/** The stand-in's Applications against Argo CD's published schema: what is written to it, and what it reports. */
import { Application } from "@kubernetes-models/argo-cd/argoproj.io/v1alpha1/Application";
import { expect, test } from "vitest";
import { application, deployment, networkPolicy, platform, type School, school, until } from "./platform.ts";

const url = ({ sandbox }: School, name: string) =>
  `${sandbox.url}/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/${name}`;
const headers = ({ sandbox }: School) => ({ authorization: `Bearer ${sandbox.token}` });

/** As the server gives it, without the official client's typed models in between. */
async function raw(it: School, name: string): Promise<object> {
  return (await (await fetch(url(it, name), { headers: headers(it) })).json()) as object;
}

test("whatever happens to it, an Application is what the schema says", async () => {
  await using it = await school();
  const valid = async () => new Application((await raw(it, "shop")) as never).validate();
  await valid();
  await it.deploy("shop", { "apps/shop/policy.yaml": networkPolicy("deny", "web") });
  await valid();

  // A sync that fails and is tried again, then a comparison that cannot be made.
  const broken = deployment("broken").replace("labels: { app: broken } }\n    spec", "labels: { app: x } }\n    spec");
  await it.remote.push({ "apps/shop/broken.yaml": broken });
  await it.refresh("shop");
  await until(
    () => it.application("shop"),
    ({ status }) => /Retrying|retried/.test(status?.operationState?.message ?? ""),
  );
  await valid();
  await it.remote.push({ "apps/shop/broken.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: x\n" });
  await it.refresh("shop");
  await until(
    () => it.application("shop"),
    ({ status }) => status?.conditions?.some(({ type }) => type === "ComparisonError") ?? false,
  );
  await valid();
});

test.each([
  ["a path of the wrong type", { spec: { source: { path: 3 } } }, /spec\.source\.path must be string/],
  ["an Application without a project", { spec: { project: null } }, /required property project/],
  ["an operation that is none", { operation: { sync: { prune: "yes" } } }, /operation\.sync\.prune must be boolean/],
])("%s is refused as the API server refuses it", async (_what, patch, why) => {
  await using it = await school();
  const answer = await fetch(url(it, "shop"), {
    method: "PATCH",
    headers: { ...headers(it), "content-type": "application/merge-patch+json" },
    body: JSON.stringify(patch),
  });
  expect(answer.status).toBe(422);
  expect(((await answer.json()) as { message: string }).message).toMatch(why);
});

test("a child Application that is not one fails the sync of its parent", async () => {
  const child = application("child", "apps/child").replace("project: default", "project: [default]");
  await using it = await school({
    ...platform,
    "argocd/root.yaml": application("root", "apps/root"),
    "apps/root/readme.md": "",
  });
  await it.remote.push({ "apps/root/child.yaml": child });
  await it.refresh("root");
  const root = await until(
    () => it.application("root"),
    ({ status }) => status?.operationState?.message?.includes("Application") ?? false,
  );
  expect(root.status?.operationState?.message).toMatch(/Application "child" is invalid: spec\.project must be string/);
});
