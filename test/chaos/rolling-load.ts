/** What a careless producer brings: more at once than the school can work on, and some of it twice. */
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { ROOT } from "../../build/bundle/targets.ts";
import type { DemoClient } from "../../build/local/demo/client.ts";
import type { LocalSchool } from "../../build/local/school.ts";

const TALKS = path.join(ROOT, "build/local/samples/talks");

export interface Load {
  readonly talks: number;
  readonly improvements: number;
}

/** Talks, and proposals by event, one in ten of them twice; resolves with the ids of these. */
export async function putIn(client: DemoClient, school: LocalSchool, options: Load): Promise<string[]> {
  const names = (await readdir(TALKS)).filter((name) => !name.endsWith(".md")).sort();
  const workloads = [
    "auth",
    "sessions",
    "collector",
    "dashboard",
    "statuspage",
    "mailer",
    "orders-api",
    "cart",
    "search",
    "web",
  ];
  const topics = [
    "memory limits",
    "a readiness probe",
    "a pod disruption budget",
    "a network policy",
    "fewer privileges",
  ];
  const ids: string[] = [];
  async function inject(n: number, id: string): Promise<void> {
    const [workload, topic] = [workloads[n % workloads.length], topics[n % topics.length]];
    const improvement = {
      title: `Set ${topic} on ${workload} (${n})`,
      description: `The ${workload} deployment has no ${topic}; observation ${n} says that its pods need it.`,
      category: n % 3 === 0 ? "security" : "architecture",
      type: "enhancement",
      relevance: 0.9 + (n % 10) / 200,
      source_id: `load-${n}`,
      source_title: "What came at once",
      quotes: [{ text: `set ${topic} on ${workload}` }],
    };
    const event = { specversion: "1.0", id: `load-${n}`, source: "/load", type: "ai.cortex.school.improvement.raw" };
    // A second delivery of the same event does no harm, so what got no answer is sent again.
    const response = await untilAnswered(`${school.url}/stages/route`, {
      method: "POST",
      headers: { authorization: `Bearer ${school.tokens.operator}`, "content-type": "application/cloudevents+json" },
      body: JSON.stringify({ ...event, data: { id, improvement } }),
    });
    // The second one may come when the first has its record already: that is refused.
    if (!response.ok && response.status !== 409)
      throw new Error(`the proposal was refused: ${response.status} ${await response.text()}`);
  }
  for (const name of names.slice(0, options.talks)) {
    await client.submit({ title: name, content: await readFile(path.join(TALKS, name), "utf8") });
  }
  for (let n = 0; n < options.improvements; n += 1) {
    const id = `load-${String(n).padStart(5, "0")}`;
    ids.push(id);
    await inject(n, id);
    if (n % 10 === 0) await inject(n, id);
  }
  return ids;
}

async function untilAnswered(url: string, request: RequestInit): Promise<Response> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await fetch(url, request);
    } catch (error) {
      if (tries === 5) throw error;
    }
  }
}
