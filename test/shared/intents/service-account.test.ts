/** An account of its own: with the rights there are today, never with more. */
import { describe, expect, test } from "vitest";
import { intents } from "../../../shared/intents/registry.ts";
import { renderChangeSet } from "../../../shared/intents/render.ts";
import { withChanges } from "../../../shared/repository/change.ts";
import type { Platform } from "../../../shared/repository/platform.ts";
import { at } from "../../../shared/repository/values.ts";
import { application, deployment, platformOf, SIZED } from "../../support/platform.ts";

const RBAC = "apiVersion: rbac.authorization.k8s.io/v1\n";
const role = (rules: string, kind = "Role") => `${RBAC}kind: ${kind}\nmetadata: {name: jobs}\nrules: ${rules}\n`;
const binding = (subject = "{kind: ServiceAccount, name: default, namespace: shop}", over = "") =>
  `${RBAC}kind: ${over || "RoleBinding"}\nmetadata: {name: jobs}\nroleRef: {apiGroup: rbac.authorization.k8s.io, kind: ${over ? "ClusterRole" : "Role"}, name: jobs}\nsubjects: [${subject}]\n`;
const RULES = "[{apiGroups: [batch], resources: [jobs], verbs: [get, list]}]";

function shop(more: Readonly<Record<string, string>> = {}, podExtra = "", extra = SIZED): Platform {
  return platformOf({
    "apps/shop.yaml": application("shop", "shop", "shop"),
    "shop/web.yaml": deployment("web", { podExtra, extra }),
    "shop/role.yaml": role(RULES),
    "shop/binding.yaml": binding(),
    ...more,
  });
}

const intent = { kind: "add-service-account", workload: { kind: "Deployment", namespace: "shop", name: "web" } };

function because(platform: Platform): string {
  const result = renderChangeSet(intent, platform);
  return result.kind === "refused" ? result.because : "rendered";
}

test("the only workload under the default account takes over exactly its rights, and a person is asked", () => {
  const platform = shop();
  const result = renderChangeSet(intent, platform);
  if (result.kind === "refused") throw new Error(result.because);
  expect(result.verdict.decision).toBe("human");
  expect(result.verdict.rules.map(({ rule }) => rule)).toContain("always-human-role");
  const after = withChanges(platform, result.changeSet.files);
  const find = (kind: string) => after.resources.find((one) => one.kind === kind && one.name === "web")?.object;
  expect(at(find("Role"), "rules")).toEqual([{ apiGroups: ["batch"], resources: ["jobs"], verbs: ["get", "list"] }]);
  expect(at(find("RoleBinding"), "subjects")).toEqual([{ kind: "ServiceAccount", name: "web", namespace: "shop" }]);
  expect(at(find("Deployment"), "spec", "template", "spec", "serviceAccountName")).toBe("web");
  expect(find("ServiceAccount")).toBeDefined();
  expect(result.changes.join()).toContain("The default account keeps its rights until RoleBinding jobs");
});

test("the account named default in so many words is the same one", () => {
  const result = renderChangeSet(intent, shop({}, "      serviceAccountName: default\n"));
  expect(JSON.stringify(result)).toContain("serviceAccountName: web");
});

test("of several workloads the one that shows it talks to the API", () => {
  const second = { "shop/second.yaml": deployment("second", { extra: SIZED }) };
  expect(because(shop(second))).toMatch(/nothing shows that it is the one of 2/);
  expect(because(shop(second, "", `${SIZED}          args: [--in-cluster]\n`))).toBe("rendered");
});

test("pull secrets of the default account go along", () => {
  const account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: default}\nimagePullSecrets: [{name: pull}]\n";
  expect(JSON.stringify(renderChangeSet(intent, shop({ "shop/a.yaml": account })))).toContain("- name: pull");
});

describe("refused", () => {
  test.each([
    [
      "no rights at all",
      { "shop/binding.yaml": binding("{kind: ServiceAccount, name: default, namespace: other}") },
      "",
      /nothing gives/,
    ],
    ["its own account", {}, "      serviceAccountName: mine\n", /account of its own/],
    [
      "rights in the whole cluster",
      { "shop/binding.yaml": binding(undefined, "ClusterRoleBinding") },
      "",
      /whole cluster/,
    ],
    [
      "a role that is not here",
      { "shop/role.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n" },
      "",
      /Role jobs is not in the repository/,
    ],
    ["a role without rules", { "shop/role.yaml": role("[]") }, "", /grant nothing/],
    [
      "a binding nobody applies",
      {
        "shop/binding.yaml": "",
        "elsewhere/b.yaml": binding().replace("name: jobs}\nroleRef", "name: jobs, namespace: shop}\nroleRef"),
      },
      "",
      /no Application reads it/,
    ],
    [
      "an identity of the default account",
      {
        "shop/a.yaml":
          "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: default, annotations: {eks.amazonaws.com/role-arn: x}}\n",
      },
      "",
      /annotations/,
    ],
    [
      "a name that is taken",
      { "shop/a.yaml": "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: web}\n" },
      "",
      /already holds ServiceAccount web/,
    ],
  ])("%s", (_, more, podExtra, reason) => {
    const platform = shop(more as Record<string, string>, podExtra);
    expect(because(platform)).toMatch(reason);
    expect(intents.get("add-service-account")?.candidates(platform)).toEqual([]);
  });
});
