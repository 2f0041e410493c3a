/** What a proposal relies on: by what it names, and by what the workloads it names need. */
import { describe, expect, test } from "vitest";
import { findMissing } from "../../functions/validate/dependencies.ts";
import { application, deployment, platformOf, service } from "../support/platform.ts";

const texts = {
  "app.yaml": application("shop", "shop", "shop", "    directory: {recurse: true}\n"),
  "shop/db.yaml": service("db", 5432),
  "shop/dbs.yaml": deployment("db"),
  "shop/web.yaml": deployment("web-front", {
    extra:
      "          env: [{name: DB_URL, value: 'postgres://db:5432/x'}]\n          envFrom: [{configMapRef: {name: front}}]\n",
  }),
  "shop/front.yaml":
    "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: front}\ndata: {PAY_URL: 'http://till.pay.svc'}\n",
  "shop/lone.yaml": deployment("lone", {
    extra: "          envFrom: [{configMapRef: {name: gone}}, {secretRef: {name: keys}}]\n",
  }),
  "shop/secret.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: full}\nstringData: {token: 8f3b-real}\n",
  "shop/soon.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: soon}\nstringData: {token: CHANGEME}\n",
};
const platform = platformOf(texts);
const ask = (title: string) => findMissing({ title, description: "", implementation_notes: "", quotes: [] }, platform);

describe("results", () => {
  test.each<[string, string, RegExp]>([
    ["Cache what db.shop.svc answers", "pass", /are there/],
    [
      "Post the sums to till.pay.svc.cluster.local",
      "conflict",
      /^Service till\.pay\.svc has no manifest.*deploy Service pay\/till first/,
    ],
    ["Roll web-front out more slowly", "unknown", /^Service till\.pay\.svc has no manifest/],
    ["Restart Deployment lone", "unknown", /ConfigMap shop\/gone has no manifest.*and 1 more thing/],
    ["Restart the loneliest pods", "pass", /relies on no Service/],
    ["Read the token of Secret shop/full", "pass", /1 other things/],
    ["Read the token of Secret shop/soon", "unknown", /still to be filled in/],
    ["Read the token of `nothing` Secret", "unknown", /has no manifest/],
    ["Create a Secret called shop-admin", "pass", /relies on no Service/],
    ["The secret is patience", "pass", /relies on no Service/],
    ["Put it on StorageClass fast-ssd", "unknown", /comes with the cluster/],
    ["Send it to https://api.example.com/v1", "pass", /1 other things/],
    ["Mount ConfigMap front", "pass", /relies on no Service/],
    ["Mount ConfigMap shop/front", "pass", /1 other things/],
  ])("%s: %s", (title, result, because) => {
    const finding = ask(title);
    expect(`${finding.result}: ${finding.because}`).toMatch(new RegExp(`^${result}: `));
    expect(finding.because).toMatch(because);
  });
});

test("what is missing is cited where it is named, and what comes first is listed", () => {
  const finding = ask("Restart Deployment lone and web-front");
  expect(finding.citations?.[0]).toMatchObject({
    corpus: "manifests",
    path: expect.stringMatching(/^shop\//) as string,
  });
  expect(finding.evidence).toEqual(expect.arrayContaining(["1. deploy ConfigMap shop/gone first"]));
  expect(finding.evidence.filter((one) => /^\d\. /.test(one))).toHaveLength(3);
});

test("a quote never holds more than it must, and no password", () => {
  const own = platformOf({
    ...texts,
    "shop/x.yaml": deployment("x-y", { extra: "          env: [{name: A, value: 'amqp://u:hunter22@rabbit:5672'}]\n" }),
  });
  const finding = findMissing({ title: "Restart x-y", description: "", implementation_notes: "", quotes: [] }, own);
  expect(finding.result).toBe("unknown");
  expect(JSON.stringify(finding)).toContain("rabbit");
  expect(JSON.stringify(finding)).not.toContain("hunter22");
});
