import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startSchool, type TestSchool } from "./support.ts";

let school: TestSchool;
beforeAll(async () => {
  school = await startSchool();
});
afterAll(() => school.close());

const newest = async () => JSON.parse((await school.redis.lindex("school:queue:ingest", 0)) ?? "{}").data?.source;

describe("a source handed in as the text itself", () => {
  test.each<[type: string, format: string | undefined]>([
    ["text/plain", undefined],
    ["text/plain; charset=utf-8", undefined],
    ["text/vtt", "vtt"],
    ["application/x-subrip", "srt"],
  ])("%s", async (type, format) => {
    const path = "/api/sources?title=Gr%C3%B6%C3%9Fe%20zeigen&address=https%3A%2F%2Fexample.org%2Ftalk&again=true";
    const answer = await school.call("reviewer", "POST", path, "Setzt Limits für alle Pods.\n", {
      "content-type": type,
    });
    expect(answer.status).toBe(202);
    expect(await newest()).toEqual({
      title: "Größe zeigen",
      address: "https://example.org/talk",
      content: "Setzt Limits für alle Pods.\n",
      ...(format === undefined ? {} : { format }),
      again: true,
    });
  });

  test("without a text or with a query it does not know is refused", async () => {
    const headers = { "content-type": "text/plain" };
    expect((await school.call("reviewer", "POST", "/api/sources", " \n", headers)).status).toBe(422);
    expect((await school.call("reviewer", "POST", "/api/sources?titel=x", "text", headers)).status).toBe(400);
  });
});

describe("what was read", () => {
  beforeAll(async () => {
    await school.redis.flushall();
    for (const id of ["a", "b", "c", "d", "e"]) await school.seed([`${id}1`, `${id}2`]);
    await school.redis.hset("school:source:src-c1", { state: "failed", because: "it holds no sentence" });
    await school.redis.hset("school:source:src-e1", "address", "https://example.org/e");
  });
  const list = async (query: string) => (await school.call("viewer", "GET", `/api/sources${query}`)).json;
  const ids = (page: { sources: { id: string }[] }) => page.sources.map(({ id }) => id);

  test("is listed page by page, newest first", async () => {
    const seen: string[][] = [];
    let next: string | null = null;
    do {
      const page = await list(`?limit=2${next === null ? "" : `&cursor=${next}`}`);
      seen.push(ids(page));
      next = page.next;
    } while (next !== null);
    expect(seen.map((one) => one.length)).toEqual([2, 2, 1]);
    expect(seen.flat().toSorted()).toEqual(["src-a1", "src-b1", "src-c1", "src-d1", "src-e1"]);
  });

  test("by state", async () => {
    expect(ids(await list("?state=failed"))).toEqual(["src-c1"]);
    expect(ids(await list("?state=read,failed&limit=5"))).toHaveLength(5);
    expect(await list("?state=nothing_found")).toEqual({ sources: [], next: null });
    expect((await school.call("viewer", "GET", "/api/sources?state=lost")).status).toBe(400);
  });

  test("one comes with the lines of its improvements", async () => {
    const { json } = await school.call("viewer", "GET", "/api/sources/src-a1");
    expect(json).toMatchObject({ id: "src-a1", state: "read", title: "A talk" });
    expect(json.improvements.map(({ id, status }: { id: string; status: string }) => [id, status])).toEqual([
      ["a1", "raw"],
      ["a2", "raw"],
    ]);
    expect((await school.call("viewer", "GET", "/api/sources/none")).status).toBe(404);
  });

  test("can be read again, under the address it is known by", async () => {
    const again = (id: string, body: unknown) => school.call("reviewer", "POST", `/api/sources/${id}/again`, body);
    expect((await again("src-e1", { content: "Set limits.", title: "New title" })).status).toBe(202);
    expect(await newest()).toEqual({
      title: "New title",
      content: "Set limits.",
      address: "https://example.org/e",
      again: true,
    });
    expect((await again("src-e1", { address: "https://example.org/e" })).json.detail).toContain("send it again");
    expect((await again("none", { content: "x" })).status).toBe(404);
  });
});
