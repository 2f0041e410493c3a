/** GET /api/graph: from a real repository, as it is when somebody asks. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { Sight } from "../../../functions/coordinator/sight.ts";
import { gitCli } from "../../../shared/adapters/git-cli.ts";
import { RetryLater } from "../../../shared/runtime/errors.ts";
import { type GitRemote, gitRemote } from "../../support/git-remote.ts";
import { startSchool, type TestSchool } from "./support.ts";

const APPLICATION = (repoURL: string) =>
  `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: shop, namespace: argocd}\nspec: {source: {repoURL: "${repoURL}", path: apps/shop, targetRevision: main}, destination: {namespace: shop}}\n`;
const DEPLOYMENT = (name: string, host: string) => `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}, namespace: shop}
spec:
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      containers:
        - name: main
          image: ${name}:1.0
          env:
            - {name: DB_HOST, value: ${host}.shop.svc.cluster.local}
`;
const SERVICE = (name: string) =>
  `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}, namespace: shop}\nspec: {selector: {app: ${name}}, ports: [{port: 80}]}\n`;

let school: TestSchool;
let remote: GitRemote;
let sight: () => Promise<Sight>;
beforeAll(async () => {
  school = await startSchool({ sight: () => sight() });
});
afterAll(() => school.close());
beforeEach(async () => {
  remote = await gitRemote({ "README.md": "hello\n" });
  await remote.push({
    "argocd-apps/shop.yaml": APPLICATION(remote.url),
    "apps/shop/web.yaml": DEPLOYMENT("web", "db"),
    "apps/shop/web-service.yaml": SERVICE("web"),
    "apps/shop/other.yaml": DEPLOYMENT("other", "queue"),
  });
  const git = gitCli({ remote: remote.url, cacheDir: remote.cacheDir, author: "School <school@example.org>" });
  sight = async () => ({ git, platform: { repository: remote.url }, mode: "direct", cluster: undefined });
});
afterEach(() => remote.close());

const graph = (query = "") => school.call("viewer", "GET", `/api/graph${query}`);
const states = ({ json }: Awaited<ReturnType<typeof graph>>) =>
  Object.fromEntries((json.nodes as { id: string; state: string }[]).map(({ id, state }) => [id, state]));

test("everything, with what is missing and the line that names it; after the next commit another", async () => {
  const before = await graph();
  expect(before.status).toBe(200);
  expect(states(before)).toMatchObject({
    "Deployment/shop/web": "present",
    "Service/shop/web": "present",
    "Service/shop/db": "absent",
  });
  expect(before.json.edges).toContainEqual({
    from: "Deployment/shop/web",
    to: "Service/shop/db",
    type: "calls",
    evidence: [{ path: "apps/shop/web.yaml", line: 13 }],
  });
  expect(before.json.commit).toBe(await remote.tip());
  await remote.push({ "apps/shop/db.yaml": `${DEPLOYMENT("db", "web")}---\n${SERVICE("db")}` });
  expect(states(await graph())["Service/shop/db"]).toBe("present");
});

test("the part around one thing, as far as is asked", async () => {
  const answer = await graph("?of=service/shop/db&depth=1");
  expect(Object.keys(states(answer)).sort()).toEqual(["Deployment/shop/web", "Service/shop/db"]);
});

test.each([
  ["?of=moon", 404, "There is nothing called moon"],
  ["?of=web", 422, "may be"],
  ["?depth=0", 400, "depth"],
  ["?off=web", 400, "off"],
])("%s is answered with %i", async (query, status, said) => {
  const answer = await graph(query);
  expect(answer.status).toBe(status);
  expect(answer.text).toContain(said);
});

test("a repository that is out of reach is not an empty one", async () => {
  const away = () => Promise.reject(new RetryLater("the remote hung up", 1_000));
  const { git, ...rest } = await sight();
  sight = async () => ({ ...rest, git: { ...git, head: away } });
  const answer = await graph();
  expect(answer).toMatchObject({ status: 503, json: { detail: expect.stringContaining("the remote hung up") } });
  expect((await school.call("nobody", "GET", "/api/graph")).status).toBe(401);
});
