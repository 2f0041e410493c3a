/** Pictures of a graph: whatever names come from outside, the drawing stays a drawing. */
import { expect, test } from "vitest";
import { asDot, asMermaid } from "../../../build/graph/formats.ts";
import { asJson } from "../../../shared/graph/as-json.ts";
import { graphOf } from "../../../shared/graph/build.ts";
import { partAround, talkingPart } from "../../../shared/graph/part.ts";
import { application, deployment, platformOf, service } from "../../support/platform.ts";

const platform = platformOf({
  "app.yaml": application("shop", "shop", "shop"),
  "shop/web.yaml": deployment("web", { extra: "          env: [{name: A_URL, value: 'http://gone:80'}]\n" }),
  "shop/odd.yaml": deployment("odd").replace("name: odd\n", `name: 'a"]; evil --> x\\'\n`),
  "shop/svc.yaml": `${service("web", 80)}---\n${service("odd", 80)}`,
});
const graph = graphOf(platform);

test("DOT: every quote inside a name is escaped", () => {
  const dot = asDot(talkingPart(graph));
  expect(dot).toContain('"Deployment/shop/web" -> "Service/shop/gone" [label="calls"];');
  expect(dot).toContain('"Deployment/shop/a\\"]; evil --> x\\\\"');
  for (const line of dot.split("\n")) expect((line.match(/(?<!\\)(?:\\\\)*"/g) ?? []).length % 2).toBe(0);
});

test("Mermaid: ids are our own, names are entities", () => {
  const drawing = asMermaid(talkingPart(graph));
  expect(drawing).toMatch(/^flowchart LR\n/);
  expect(drawing).toMatch(/ {2}n\d+ -->\|calls\| n\d+/);
  expect(drawing).not.toContain("evil -->");
  expect(drawing).toMatch(/class n\d+ absent/);
});

test("JSON: nodes with their states, edges with their lines", () => {
  const json = JSON.parse(JSON.stringify(asJson(platform, partAround(graph, "Deployment/shop/web", 1)))) as {
    nodes: { id: string; state: string }[];
    edges: { from: string; evidence: unknown }[];
  };
  expect(json.nodes.map(({ id, state }) => `${id} ${state}`)).toEqual([
    "Service/shop/web present",
    "Deployment/shop/web present",
    "Service/shop/gone absent",
  ]);
  const call = json.edges.find(({ from }) => from === "Deployment/shop/web");
  expect(call).toMatchObject({ from: "Deployment/shop/web", evidence: [{ path: "shop/web.yaml", line: 13 }] });
});
