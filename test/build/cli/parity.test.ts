/** What the API can do the command line can do, and every answer of it can be had as JSON. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { root, sourceFiles } from "../../repo/imports.ts";
import { commandsOf } from "./tree.ts";

interface Described {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly tags: readonly string[] }>>>>;
}
const described = JSON.parse(readFileSync(path.join(root, "functions/coordinator/openapi.json"), "utf8")) as Described;

/** Routes that are for browsers and probes, not for people at a terminal. */
const NOT_FOR_PEOPLE = ["delete /api/session"];
const routes = Object.entries(described.paths).flatMap(([route, operations]) =>
  Object.entries(operations).flatMap(([method, { tags }]) =>
    tags.includes("Open") || NOT_FOR_PEOPLE.includes(`${method} ${route}`) ? [] : [`${method} ${route}`],
  ),
);

const COMMANDS: Readonly<Record<string, string>> = {
  "get /api/improvements": "list",
  "get /api/improvements/{id}": "show",
  "get /api/improvements/{id}/trail": "show",
  "get /api/improvements/{id}/diff": "show",
  "get /api/improvements/{id}/rollback": "rollback",
  "post /api/improvements/{id}/rollback": "rollback",
  "post /api/improvements/{id}/approve": "approve",
  "post /api/improvements/{id}/reject": "reject",
  "post /api/improvements/{id}/replan": "replan",
  "post /api/improvements/{id}/reroute": "reroute",
  "post /api/improvements/{id}/accept": "accept",
  "post /api/improvements/{id}/extend": "extend",
  "post /api/improvements/{id}/close": "close",
  "post /api/improvements/{id}/override": "override",
  "post /api/improvements/{id}/retry": "retry",
  "post /api/improvements/{id}/feedback": "feedback",
  "get /api/sources": "sources list",
  "post /api/sources": "learn",
  "get /api/sources/{id}": "sources show",
  "post /api/sources/{id}/again": "sources again",
  "get /api/watches": "watches list",
  "post /api/watches/{name}/look": "watches look",
  "get /api/search": "search",
  "get /api/knowledge": "index",
  "post /api/knowledge/index": "index",
  "get /api/graph": "graph",
  "get /api/dead-letters": "dead-letters list",
  "get /api/dead-letters/discarded": "dead-letters discarded",
  "get /api/dead-letters/{stage}/{letter}": "dead-letters show",
  "post /api/dead-letters/{stage}/redrive": "redrive",
  "post /api/dead-letters/{stage}/discard": "dead-letters discard",
  "get /api/models": "models",
  "get /api/anomalies": "anomalies",
  "get /api/notifications": "notifications",
  "post /api/notifications/test": "notify test",
  "get /api/notifications/events/{event}": "notify test",
  "get /api/router": "router",
  "get /api/router/decisions": "router export",
  "post /api/router/rollout": "router rollout",
  "post /api/router/promote": "router promote",
  "post /api/router/step-back": "router step-back",
  "post /api/router/retrain": "router retrain",
  "get /api/audit/export": "audit",
  "get /api/settings": "settings",
  "get /api/breaker": "breaker",
  "get /api/pipeline": "pipeline",
  "get /api/me": "whoami",
  "get /api/about": "version",
  "get /api/status": "status",
  "get /api/events": "events",
  "get /api/flags": "flags list",
  "get /api/flags/{name}": "flags show",
  "put /api/flags/{name}": "flags set",
  "delete /api/flags/{name}": "flags clear",
  "post /api/breaker/close": "breaker",
  "get /api/locks": "locks",
  "post /api/locks/{name}/unlock": "unlock",
  "get /api/doctor": "doctor",
  "post /api/doctor/repair": "doctor",
  "post /stages/{stage}": "inject",
  "get /api/sessions": "sessions list",
  "delete /api/sessions/{session}": "sessions end",
  "get /api/review": "review",
  "get /api/intents": "intents",
  "post /api/review/decide": "together",
  "get /api/audit": "audit",
};

const commands = commandsOf();

/** What stands before the first part that is filled in. */
function open(address: string): string {
  return address.slice(0, address.indexOf("/x") + 1);
}

test.each(routes)("%s has a command", (route) => {
  const decided = /^post \/api\/improvements\/\{id\}\/([a-z-]+)$/.exec(route)?.[1];
  const name = COMMANDS[route] ?? decided ?? "none is named for it here";
  expect([...commands.keys(), "router"]).toContain(name);
});

test("what commands ask for are routes of the API", () => {
  // A command may name the last part itself: then any route that fits will do.
  const patterns = routes.map(
    (route) => new RegExp(`^${(route.split(" ")[1] ?? "").replaceAll(/\{\w+\}/g, "[^/]+")}$`),
  );
  const asked = sourceFiles("build/cli").flatMap((file) =>
    [
      ...readFileSync(path.join(root, file), "utf8").matchAll(
        /(?:client|school\(\))\.\w+(?:<[^(]*>)?\(["`](\/[^"`]+)["`]/g,
      ),
    ]
      .map(([, address]) => (address ?? "").replaceAll(/\$\{[^}]*\}/g, "x").split("?")[0] ?? "")
      .map((address) => [file, address] as const),
  );
  expect(asked.length).toBeGreaterThan(10);
  const known = ([, address]: readonly [string, string]) =>
    patterns.some((pattern) => pattern.test(address)) ||
    (address.endsWith("/x") && routes.some((route) => route.includes(` ${open(address)}`)));
  expect(asked.filter((pair) => !known(pair))).toEqual([]);
});

test.each([...commands])("%s has --json, and says what it does", (_, command) => {
  expect(command.options.map(({ long }) => long)).toContain("--json");
  expect(command.description()).not.toBe("");
});
