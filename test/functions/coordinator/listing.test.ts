import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { changeSet } from "../../../shared/domain/change-set.ts";
import type { Proposal } from "../../../shared/domain/improvement.ts";
import { proposal } from "../../pipeline/support.ts";
import { startSchool, type TestSchool } from "./support.ts";

let school: TestSchool;
beforeAll(async () => {
  school = await startSchool();
});
afterAll(() => school.close());

interface Page {
  readonly improvements: { readonly id: string; readonly status: string }[];
  readonly next: string | null;
  readonly counts: Record<string, number>;
}
async function page(query: string): Promise<Page> {
  const answer = await school.call("viewer", "GET", `/api/improvements${query}`);
  expect(answer.status, answer.text).toBe(200);
  return answer.json as Page;
}
const ids = async (query: string) => (await page(query)).improvements.map(({ id }) => id);
/** Follows `next` to the end; `between` runs after every page. */
async function pages(
  query: string,
  between: (n: number) => Promise<void> = async () => undefined,
): Promise<string[][]> {
  const all: string[][] = [];
  let next: string | null = null;
  do {
    const one: Page = await page(`?${query}${next === null ? "" : `&cursor=${next}`}`);
    all.push(one.improvements.map(({ id }) => id));
    next = one.next;
    await between(all.length);
  } while (next !== null);
  return all;
}

/** As ingest proposes it. */
async function propose(id: string, fields: Partial<Proposal>): Promise<void> {
  const ingest = school.queue("ingest");
  const event = { specversion: "1.0", id: `of-${id}`, source: "/t", type: "t", data: {} };
  await school.redis.lpush(school.keys.list("ingest"), JSON.stringify(event));
  const [lease] = (await ingest.claim(1)).leases;
  const token = lease?.token as string;
  const proposals = [{ id, ...proposal(id), ...fields }];
  const settlement = {
    kind: "source",
    token,
    id: `of-${id}`,
    state: "read",
    fields: { title: "T" },
    proposals,
  } as const;
  expect((await ingest.settle([settlement], 0)).results).toEqual(["ok"]);
}

describe("search and filters", () => {
  beforeAll(async () => {
    await propose("limits-1", {
      title: "Set memory limits on every container",
      description: "Größere Pods verdrängen ihre Nachbarn",
      type: "resource-limits",
    });
    await propose("policy-1", {
      title: "Deny traffic between namespaces",
      category: "security",
      type: "network-policy",
      source_id: "talk-7",
      source_title: "Zero trust in practice",
    });
    await school.stand("policy-1", "pending_review", {
      expert: "security",
      review_stage: "approve",
      approval_rule: "auto-approve-none",
      change_set: changeSet([{ path: "a.yaml", before: null, after: "kind: NetworkPolicy\n" }], [], "shop"),
    });
    await propose("policy-2", { title: "Deny egress", category: "security" });
    await school.stand("policy-2", "verified", { lock: "warehouse" });
  });

  test.each<[query: string, found: string[]]>([
    ["q=memory", ["limits-1"]],
    ["q=MEMORY+container", ["limits-1"]],
    ["q=memory+egress", []],
    ["q=den", ["policy-1", "policy-2"]],
    ["q=deny+egr", ["policy-2"]],
    ["q=grossere", []],
    ["q=gro%C3%9Fere", ["limits-1"]],
    ["q=Gr%C3%B6%C3%9Fere", ["limits-1"]],
    ["q=zero+trust", ["policy-1"]],
    ["q=network-policy", ["policy-1"]],
    ["q=policy-2", ["policy-2"]],
    ["q=limits-", ["limits-1"]],
    ["q=%25%26", []],
    ["q=", ["limits-1", "policy-1", "policy-2"]],
    ["status=raw,verified", ["limits-1", "policy-2"]],
    ["status=raw&status=verified", ["limits-1", "policy-2"]],
    ["category=security", ["policy-1", "policy-2"]],
    ["category=security&status=verified", ["policy-2"]],
    ["category=security,architecture&q=den", ["policy-1", "policy-2"]],
    ["type=resource-limits", ["limits-1"]],
    ["expert=security", ["policy-1"]],
    ["source=talk-7", ["policy-1"]],
    ["review_stage=approve", ["policy-1"]],
    ["approval_rule=auto-approve-none", ["policy-1"]],
    ["application=shop", ["policy-1"]],
    ["application=warehouse", ["policy-2"]],
    ["created_from=2020-01-01&created_to=2020-12-31", []],
    ["created_from=2020-01-01", ["limits-1", "policy-1", "policy-2"]],
    ["updated_to=2020-12-31", []],
    ["updated_from=2020-01-01T00:00:00Z&category=security", ["policy-1", "policy-2"]],
  ])("%s", async (query, found) => {
    expect((await ids(`?${query}`)).sort()).toEqual(found);
  });

  test("a fact that changed is no longer found by what it was", async () => {
    await school.stand("routed-1", "routed", { expert: "database" });
    expect(await ids("?expert=database")).toEqual(["routed-1"]);
    await school.stand("routed-1", "categorized", { expert: "networking" });
    expect(await ids("?expert=database")).toEqual([]);
    expect(await ids("?expert=networking")).toEqual(["routed-1"]);
  });

  test("an improvement is found by the very next request after it was created or moved", async () => {
    await school.stand("fresh-1", "raw", {});
    expect(await ids("?source=talk-1&status=raw")).toContain("fresh-1");
    await school.stand("fresh-1", "rejected", {});
    expect(await ids("?source=talk-1&status=rejected")).toContain("fresh-1");
    expect(await ids("?source=talk-1&status=raw")).not.toContain("fresh-1");
  });

  test("counts say how many stand where, whatever is filtered", async () => {
    const { counts } = await page("?category=networking");
    expect(counts["verified"]).toBe(1);
    expect(counts["pending_review"]).toBe(1);
  });

  test.each<[query: string, says: string]>([
    ["cursor=nonsense", "cursor"],
    [`cursor=${Buffer.from("no place").toString("base64url")}`, "cursor"],
    ["created_from=yesterday", "a date (2026-01-31)"],
    ["status=raw,lost", "status"],
    ["stauts=raw", "stauts"],
    ["limit=1001", "limit"],
    ["limit=5&limit=6", "limit"],
    [`q=${"x".repeat(201)}`, "q"],
  ])("%s is refused", async (query, says) => {
    const answer = await school.call("viewer", "GET", `/api/improvements?${query}`);
    expect(answer).toMatchObject({ status: 400, json: { type: "/problems/not-understood" } });
    expect(answer.json.detail).toContain(says);
  });
});

describe("pages", () => {
  const names = (count: number) => Array.from({ length: count }, (_, n) => `p${String(n).padStart(3, "0")}`);
  beforeEach(async () => {
    await school.redis.flushall();
    await school.seed(names(90));
  });

  test.each(["limit=50", "limit=50&category=architecture", "limit=7&q=said", "limit=50&status=raw,routed"])(
    "%s: all of them, each once, though many moved in the same millisecond",
    async (query) => {
      const all = await pages(query);
      expect(all.flat().toSorted()).toEqual(names(90));
      expect(all.slice(0, -1).every((one) => one.length === Number(/limit=(\d+)/.exec(query)?.[1]))).toBe(true);
    },
  );

  test.each(["limit=20", "limit=20&category=architecture"])(
    "%s: nothing comes twice, and nothing that stood still is missed, while others move",
    async (query) => {
      const moving = names(90).filter((_, n) => n % 3 === 0);
      const all = await pages(query, async () => {
        // One that was shown already, and one that was not.
        for (const id of [moving.pop(), moving.shift()]) if (id !== undefined) await school.stand(id, "rejected");
      });
      const seen = all.flat();
      expect(new Set(seen).size).toBe(seen.length);
      const still = (await ids("?status=raw&limit=200")).toSorted();
      expect(seen.filter((id) => still.includes(id)).toSorted()).toEqual(still);
    },
  );

  test("the header Link leads to the next page and keeps the filters", async () => {
    const ask = async (path: string) =>
      fetch(school.coordinator.url + path, { headers: { authorization: "Bearer viewer-token" } });
    const first = await ask("/api/improvements?limit=60&status=raw,routed&q=said");
    const [, link = ""] = /^<([^>]+)>; rel="next"$/.exec(first.headers.get("link") ?? "") ?? [];
    const second = await ask(link);
    expect(((await second.json()) as Page).improvements).toHaveLength(30);
    expect(second.headers.get("link")).toBeNull();
  });
});
