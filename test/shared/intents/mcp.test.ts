import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { intents } from "../../../shared/intents/registry.ts";
import { renderChangeSet } from "../../../shared/intents/render.ts";
import { application, deployment, platformOf, SIZED, service } from "../../support/platform.ts";

type Texts = Record<string, string>;
const server = (name: string, port = 8080): string =>
  `${deployment(name, { extra: SIZED })}---\n${service(name, port)}`;
const configMap = (data: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: list\ndata:\n${data}`;
const reader = (podExtra: string, extra = "") => deployment("agent", { podExtra, extra: `${SIZED}${extra}` });
const VOLUME = "      volumes: [{name: list, configMap: {name: list}}]\n";
const MOUNT = "          volumeMounts: [{name: list, mountPath: /etc/list}]\n";
const base: Texts = {
  "app.yaml": application("a", "tools", "tools"),
  "tools/search.yaml": server("search-mcp"),
  "tools/code-review.yaml": server("code-review-mcp"),
  "tools/maps.yaml": server("maps-mcp", 9000),
  "tools/agent.yaml": reader(VOLUME, MOUNT),
};
const url = (name: string, path = "", port = 8080) => `http://${name}-mcp.tools.svc:${port}${path}`;
const indented = (text: string) =>
  text
    .split("\n")
    .map((line) => (line === "" ? "" : `    ${line}`))
    .join("\n");
const listed = (key: string, text: string): Texts => ({
  "tools/list.yaml": configMap(`  ${key}: |\n${indented(text)}\n`),
});

function write(texts: Texts, target = "maps-mcp") {
  const platform = platformOf({ ...base, ...texts });
  const candidate = intents
    .get("add-mcp-server")
    ?.candidates(platform)
    .find((one) => one.target.endsWith(`/${target}`));
  if (candidate === undefined) return undefined;
  const rendered = renderChangeSet(candidate.intent, platform);
  if (rendered.kind === "refused") throw new Error(rendered.because);
  const file = (path: string) => rendered.changeSet.files.find((one) => one.path === path)?.after ?? "";
  return { ...rendered, file, platform };
}
const openFor = (texts: Texts) => intents.get("add-mcp-server")?.survey(platformOf({ ...base, ...texts }));

describe("the list keeps its form", () => {
  test.each<[string, string, string, string]>([
    [
      "JSON over lines",
      "tools.json",
      `{\n  "servers": {\n    "search": {"url": "${url("search", "/mcp")}"},\n    "code-review": {"url": "${url("code-review", "/mcp")}"}\n  },\n  "depth": 3\n}`,
      `{\n  "servers": {\n    "search": {"url": "${url("search", "/mcp")}"},\n    "code-review": {"url": "${url("code-review", "/mcp")}"},\n    "maps": {"url": "${url("maps", "/mcp", 9000)}"}\n  },\n  "depth": 3\n}`,
    ],
    [
      "JSON on one line",
      "tools.json",
      `{"search":"${url("search")}","code-review":"${url("code-review")}"}`,
      `{"search":"${url("search")}","code-review":"${url("code-review")}","maps":"${url("maps", "", 9000)}"}`,
    ],
    [
      "a JSON list of objects",
      "tools.json",
      `[\n  {"name": "search", "url": "${url("search")}", "enabled": true},\n  {"name": "code_review", "url": "${url("code-review")}", "enabled": false}\n]`,
      `[\n  {"name": "search", "url": "${url("search")}", "enabled": true},\n  {"name": "code_review", "url": "${url("code-review")}", "enabled": false},\n  {"name": "maps", "url": "${url("maps", "", 9000)}", "enabled": true}\n]`,
    ],
    [
      "YAML with comments and quotes",
      "tools.yaml",
      `# who is asked\nservers:\n  search:\n    url: "${url("search")}" # first\n    transport: "sse"\n  code-review:\n    url: "${url("code-review")}"\n    transport: "sse"\n\n# how often\nretries: 3`,
      `# who is asked\nservers:\n  search:\n    url: "${url("search")}" # first\n    transport: "sse"\n  code-review:\n    url: "${url("code-review")}"\n    transport: "sse"\n  maps:\n    url: "${url("maps", "", 9000)}"\n    transport: "sse"\n\n# how often\nretries: 3`,
    ],
    [
      "a YAML list below its key",
      "tools.yaml",
      `endpoints:\n- ${url("search", "/sse")}\n- ${url("code-review", "/sse")} # slow\nmode: fast`,
      `endpoints:\n- ${url("search", "/sse")}\n- ${url("code-review", "/sse")} # slow\n- ${url("maps", "/sse", 9000)}\nmode: fast`,
    ],
    [
      "paths that say the name",
      "tools.yaml",
      `a:\n  search: {url: ${url("search", "/search/mcp")}}\n  code-review: {url: ${url("code-review", "/code-review/mcp")}}`,
      `a:\n  search: {url: ${url("search", "/search/mcp")}}\n  code-review: {url: ${url("code-review", "/code-review/mcp")}}\n  maps: {url: ${url("maps", "/maps/mcp", 9000)}}`,
    ],
  ])("%s", (_, key, before, after) => {
    const done = write(listed(key, before));
    const data = (parse(done?.file("tools/list.yaml") ?? "") as { data: Texts }).data;
    expect(data[key]).toBe(`${after}\n`);
    expect(done?.verdict.decision).toBe("human");
    expect(done?.file("tools/agent.yaml")).toMatch(/checksum\/list: sha256-[0-9a-f]{16}/);
  });

  test("CRLF stays CRLF", () => {
    const text = (
      listed("t.yaml", `search: ${url("search")}\ncode-review: ${url("code-review")}`)["tools/list.yaml"] ?? ""
    ).replaceAll("\n", "\r\n");
    const after = write({ "tools/list.yaml": text })?.file("tools/list.yaml") ?? "";
    expect(after).toContain(`maps: ${url("maps", "", 9000)}\r\n`);
    expect(after.replaceAll("\r\n", "")).not.toContain("\n");
  });

  test("keys of a ConfigMap, taken whole", () => {
    const after = write({
      "tools/list.yaml": configMap(
        `  SEARCH_URL: ${url("search")}\n  CODE_REVIEW_URL: ${url("code-review")}\n  LEVEL: info\n`,
      ),
      "tools/agent.yaml": reader("", "          envFrom: [{configMapRef: {name: list}}]\n"),
    });
    expect(after?.file("tools/list.yaml")).toContain(
      `  CODE_REVIEW_URL: ${url("code-review")}\n  MAPS_URL: ${url("maps", "", 9000)}\n  LEVEL: info\n`,
    );
    expect(after?.file("tools/agent.yaml")).toContain("checksum/list");
  });

  test("keys of a ConfigMap, taken one by one: the reader takes the new one too", () => {
    const take = (key: string) =>
      `            - name: ${key}\n              valueFrom: {configMapKeyRef: {name: list, key: ${key}}}\n`;
    const after = write({
      "tools/list.yaml": configMap(`  SEARCH_URL: ${url("search")}\n  CODE_REVIEW_URL: ${url("code-review")}\n`),
      "tools/agent.yaml": reader("", `          env:\n${take("SEARCH_URL")}${take("CODE_REVIEW_URL")}`),
    });
    expect(after?.file("tools/agent.yaml")).toContain(
      "            - name: MAPS_URL\n              valueFrom: {configMapKeyRef: {name: list, key: MAPS_URL}}\n",
    );
    expect(after?.changes.at(-1)).toBe("Deployment agent takes it as MAPS_URL");
  });

  test.each([
    [
      "variables",
      `          env:\n            - name: SEARCH_URL\n              value: "${url("search")}"\n            - name: CODE_REVIEW_URL\n              value: "${url("code-review")}"\n            - name: LEVEL\n              value: info\n`,
      `            - name: MAPS_URL\n              value: "${url("maps", "", 9000)}"\n            - name: LEVEL\n`,
    ],
    [
      "one variable with commas",
      `          env:\n            - name: SERVERS\n              value: ${url("search")}, ${url("code-review")}\n`,
      `value: ${url("search")}, ${url("code-review")}, ${url("maps", "", 9000)}\n`,
    ],
    [
      "one variable with JSON",
      `          env:\n            - name: SERVERS\n              value: '{"search": "${url("search")}", "code-review": "${url("code-review")}"}'\n`,
      `"maps": "${url("maps", "", 9000)}"}'\n`,
    ],
  ])("%s of a workload", (_, env, wanted) => {
    const after = write({ "tools/agent.yaml": reader("", env) })?.file("tools/agent.yaml") ?? "";
    expect(after).toContain(wanted);
  });
});

describe("what is missing is said", () => {
  const json = (entries: string) => listed("t.json", `{${entries}}`);
  const both = `"search": {"url": "${url("search")}"}, "code-review": {"url": "${url("code-review")}"}`;
  test.each<[string, Texts, string]>([
    [
      "nobody mounts the list",
      { ...json(both), "tools/agent.yaml": reader("") },
      "no workload reads ConfigMap tools/list",
    ],
    ["nothing lists servers", {}, "nothing in the repository lists MCP servers"],
    ["others log in by a token", json(both.replaceAll('"}', '", "token": "$TOKEN"}')), "log in by token"],
    [
      "others differ in a way nobody can guess",
      json(
        `"search": {"url": "${url("search")}", "group": "web"}, "code-review": {"url": "${url("code-review")}", "group": "dev"}`,
      ),
      "differ in group",
    ],
    [
      "its port is not clear",
      {
        ...json(both),
        "tools/maps.yaml": server("maps-mcp").replace(
          "ports: [{port: 8080}]",
          "ports: [{port: 1, name: a}, {port: 2, name: b}]",
        ),
      },
      "which of the ports",
    ],
    [
      "paths differ",
      json(`"search": {"url": "${url("search", "/a")}"}, "code-review": {"url": "${url("code-review", "/b")}"}`),
      "end in different ways",
    ],
    [
      "a policy keeps readers out",
      {
        ...json(both),
        "tools/np.yaml":
          "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: shut}\nspec: {podSelector: {matchLabels: {app: maps-mcp}}, policyTypes: [Ingress], ingress: []}\n",
      },
      "NetworkPolicy shut",
    ],
    [
      "the file is read once, by somebody else's manifest",
      {
        ...json(both),
        "other.yaml": application("b", "other", "tools"),
        "other/agent.yaml": reader(
          VOLUME,
          "          volumeMounts: [{name: list, mountPath: /etc/t.json, subPath: t.json}]\n",
        ),
        "tools/agent.yaml": "",
      },
      "only after a restart",
    ],
  ])("%s", (_, texts, because) => {
    expect(write(texts)).toBeUndefined();
    expect(openFor(texts)?.open.find(({ target }) => target.endsWith("/maps-mcp"))?.because).toContain(because);
  });

  test.each<[string, Texts]>([
    [
      "a comment keeps it out",
      {
        "tools/list.yaml": `${listed("t.yaml", `search: ${url("search")}\ncode-review: ${url("code-review")}`)["tools/list.yaml"]}  # maps-mcp is not for agents\n`,
      },
    ],
    ["a gateway", { ...json(both), "tools/maps.yaml": server("mcp-gateway", 9000) }],
    [
      "it is switched off",
      { ...json(both), "tools/maps.yaml": server("maps-mcp").replace("spec:\n", "spec:\n  replicas: 0\n") },
    ],
    [
      "a short list is a choice",
      {
        ...json(both),
        ...Object.fromEntries(["a", "b", "c"].map((name) => [`tools/${name}.yaml`, server(`${name}-mcp`)])),
      },
    ],
  ])("no candidate: %s", (_, texts) =>
    expect(intents.get("add-mcp-server")?.candidates(platformOf({ ...base, ...texts }))).toEqual([]),
  );
});

describe("a new server", () => {
  const list = listed("t.json", `{"search": "${url("search")}", "code-review": "${url("code-review")}"}`);
  const registry = { kind: "ConfigMap", namespace: "tools", name: "list", place: "t.json" };
  const made = { namespace: "tools", name: "docs-mcp", image: "registry.example.com/team/docs:2.0.1", port: 8080 };
  const render = (wanted: object, texts: Texts = {}) =>
    renderChangeSet(
      { kind: "add-mcp-server", registry, server: { ...made, ...wanted } } as never,
      platformOf({ ...base, ...list, ...texts }),
    );

  test("is written, probed, limited and listed", () => {
    const rendered = render({});
    if (rendered.kind === "refused") throw new Error(rendered.because);
    expect(rendered.verdict.decision).toBe("human");
    expect(rendered.verdict.rules.map(({ rule }) => rule)).not.toContain("pod-security-restricted");
    expect(rendered.changeSet.objects.map(({ kind, name, effect }) => `${effect} ${kind} ${name}`).sort()).toEqual([
      "change ConfigMap list",
      "change Deployment agent",
      "create Deployment docs-mcp",
      "create Service docs-mcp",
    ]);
    expect(rendered.changeSet.files.find(({ path }) => path === "tools/list.yaml")?.after).toContain(url("docs"));
  });

  test.each<[string, object, Texts, string]>([
    ["a foreign registry", { image: "evil.example/x:1.0" }, {}, "takes images from evil.example"],
    ["no version", { image: "registry.example.com/team/docs" }, {}, "not pinned"],
    ["latest", { image: "registry.example.com/team/docs:latest" }, {}, "not pinned"],
    ["a name that is taken", { name: "search-mcp" }, {}, "already there"],
    ["another namespace", { namespace: "kube-system" }, {}, "has nothing in namespace kube-system"],
    ["a name that does not say what it is", { name: "docs" }, {}, "that it speaks MCP"],
    ["a Secret nobody has", { secrets: [{ variable: "TOKEN", secret: "nope", key: "t" }] }, {}, "no Secret tools/nope"],
    ["an image that is YAML", { image: "x:1\n---\nkind: Pod" }, {}, "not valid"],
    ["a port below 1024", { port: 80 }, {}, "not valid"],
    ["a field nobody asked for", { command: ["sh"] }, {}, "not valid"],
    ["a name with dots and slashes", { name: "../x" }, {}, "not valid"],
  ])("refused: %s", (_, wanted, texts, because) =>
    expect(render(wanted, texts)).toMatchObject({
      kind: "refused",
      because: expect.stringContaining(because) as string,
    }),
  );

  test("takes variables from a Secret others read, by reference only", () => {
    const uses = {
      "tools/agent.yaml": reader(
        VOLUME,
        `${MOUNT}          env: [{name: T, valueFrom: {secretKeyRef: {name: keys, key: docs}}}]\n`,
      ),
    };
    const rendered = render({ secrets: [{ variable: "DOCS_TOKEN", secret: "keys", key: "docs" }] }, uses);
    const text =
      rendered.kind === "refused" ? rendered.because : rendered.changeSet.files.map(({ after }) => after).join("\n");
    expect(text).toContain(
      "- name: DOCS_TOKEN\n              valueFrom:\n                secretKeyRef:\n                  name: keys\n                  key: docs\n",
    );
  });
});
