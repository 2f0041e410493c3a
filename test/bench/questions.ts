/** What the API is asked when its answers are timed. */
import { Agent } from "node:http";
import { ask, type Question } from "./clients.ts";
import { pageQuestions } from "./page-questions.ts";

/** Every route that reads, on the coordinator at `url`; `count` is how many improvements it has. */
export async function allQuestions(url: string, count: number): Promise<Question[]> {
  const list = `${url}/api/improvements`;
  const agent = new Agent({ keepAlive: true });
  const deep = await cursorBehind(agent, `${list}?limit=1000`, Math.min(20, Math.floor(count / 2_000)));
  const events = JSON.parse((await ask(agent, `${url}/api/events?limit=1`)).text) as { cursor: string };
  const first = JSON.parse((await ask(agent, `${list}?status=verified&limit=1`)).text) as Listed;
  const audited = JSON.parse((await ask(agent, `${url}/api/audit?limit=1000`)).text) as { next: string | null };
  agent.destroy();
  const [known] = first.improvements;
  if (known === undefined) throw new Error("no improvement is verified");
  const one = `${list}/${known.id}`;
  const old = new Date(Date.now() - 360 * 86_400_000).toISOString();
  return [
    { name: "GET list, first page of 50", url: list },
    { name: "GET list, by status", url: `${list}?status=pending_review` },
    { name: "GET list, by category and status, many", url: `${list}?status=verified&category=security` },
    { name: "GET list, by category and status, few", url: `${list}?status=held&category=knowledge` },
    { name: "GET list, by dates of creation", url: `${list}?created_to=${date(200)}&created_from=${date(230)}` },
    { name: "GET list, search of a common word", url: `${list}?q=memory` },
    { name: "GET list, search of a rare word", url: `${list}?q=vedenmo` },
    { name: "GET list, search of an absent word", url: `${list}?q=zyzzyva` },
    { name: "GET list, a page deep in it", url: `${list}?cursor=${deep}` },
    { name: "GET list, 1,000 at once", url: `${list}?limit=1000` },
    { name: "GET one improvement", url: one },
    { name: "GET its trail", url: `${one}/trail` },
    { name: "GET /api/status", url: `${url}/api/status` },
    { name: "GET /api/sources", url: `${url}/api/sources` },
    { name: "GET /api/dead-letters", url: `${url}/api/dead-letters` },
    { name: "GET /api/openapi.json", url: `${url}/api/openapi.json` },
    { name: "GET /api/events, a page", url: `${url}/api/events?limit=100` },
    { name: "GET /api/events, after a cursor", url: `${url}/api/events?after=${events.cursor}` },
    { name: "GET /metrics", url: `${url}/metrics` },
    { name: "GET /", url: `${url}/` },
    ...pageQuestions(url, {
      id: known.id,
      source: known.source_id,
      application: "team-7",
      old,
      deepAudit: audited.next ?? "",
    }),
  ];
}

interface Listed {
  readonly improvements: readonly { readonly id: string; readonly source_id: string }[];
  readonly next: string | null;
}

async function cursorBehind(agent: Agent, url: string, pages: number): Promise<string> {
  let cursor = "";
  for (let page = 0; page < pages; page += 1) {
    const { text } = await ask(agent, cursor === "" ? url : `${url}&cursor=${cursor}`);
    cursor = (JSON.parse(text) as Listed).next ?? cursor;
  }
  return cursor;
}

function date(daysAgo: number): string {
  return new Date(Date.now() - daysAgo * 86_400_000).toISOString().slice(0, 10);
}
