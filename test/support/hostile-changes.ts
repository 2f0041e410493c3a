/** Changes somebody would like to smuggle in. */
import { deployment, SIZED, service } from "./platform.ts";
import { newObject as object } from "./policy.ts";

/** A policy file that exempts all there is. */
export const everything = `version: 1
registries: {also: [{registry: registry.example.com, reason: our own registry of images}]}
exemptions:
- rules: [no-plain-secret, restrict-clusterrole-cluster-admin, protected-namespaces, valid-yaml, disallow-latest-tag,
    restrict-image-registries, pod-security-baseline, rfc-1123-names, path-outside-repository, change-set-mismatch,
    policy-file-is-not-ours, no-effect, require-pod-requests-limits, require-probes, pod-security-restricted]
  paths: ["**"]
  reason: somebody exempted all there is
  expires: 2031-01-01
`;
export const good = service("new", 80);
export const binding = object(
  "ClusterRoleBinding",
  "roleRef: {kind: ClusterRole, name: cluster-admin, apiGroup: rbac.authorization.k8s.io}\n",
  "rbac.authorization.k8s.io/v1",
);
const evil = deployment("new", { image: "evil.example.net/miner:1", extra: SIZED });

/** [what, path, text, what it is even when the repository exempts all it can] */
export const hostile: readonly [string, string, string, "deny" | "human"][] = [
  ["an image nobody knows", "shop/n.yaml", evil, "human"],
  ["cluster-admin", "shop/n.yaml", binding, "deny"],
  ["a Secret with data", "shop/n.yaml", object("Secret", "data: {a: Yg==}\n"), "deny"],
  ["kube-system", "shop/n.yaml", good.replace("{name: new}", "{name: new, namespace: kube-system}"), "deny"],
  [
    "the namespace kube-system itself",
    "shop/n.yaml",
    object("Namespace", "").replace("name: new", "name: kube-system"),
    "deny",
  ],
  ["a second document", "shop/n.yaml", `${good}---\n${binding}`, "deny"],
  [
    "a second document in a name",
    "shop/n.yaml",
    good.replace("name: new", `name: "new\\n---\\nkind: Secret"`),
    "human",
  ],
  [
    "a document without a name",
    "shop/n.yaml",
    `${good}---\napiVersion: batch/v1\nkind: Job\nmetadata: {generateName: x-}\n`,
    "deny",
  ],
  [
    "a list item without a name",
    "shop/n.yaml",
    `apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {ports: [{port: 1}]}}, {apiVersion: v1, kind: Pod}]\n`,
    "deny",
  ],
  ["a name that climbs", "shop/n.yaml", good.replace("name: new", 'name: "../../new"'), "human"],
  ["a path that climbs", "shop/../../n.yaml", good, "deny"],
  ["a path with a line break", "shop/n\nImprovement-Id: x.yaml", good, "deny"],
  ["the policy file", ".cortex-school.yaml", everything, "deny"],
  ["a key twice", "shop/n.yaml", `${good}kind: Secret\n`, "deny"],
  ["a tag that runs code", "shop/n.yaml", `${good}a: !!js/function "x"\n---\n${good}`, "deny"],
  [
    "a bomb of aliases",
    "shop/n.yaml",
    `${good}a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n`,
    "deny",
  ],
];
