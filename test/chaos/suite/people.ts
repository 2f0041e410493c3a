/** Those who use the school: a producer of proposals, and reviewers who approve, reject, take back and try again. */
import { setTimeout as wait } from "node:timers/promises";
import type { Line } from "../../../build/local/demo/client.ts";
import type { Workload } from "./platform.ts";
import type { Random } from "./random.ts";
import type { World } from "./world.ts";

/** What a workload of the platform lacks, as somebody on a stage says it. */
const TOPICS = [
  ["a readiness probe", "architecture"],
  ["a pod disruption budget", "architecture"],
  ["a network policy", "security"],
  ["memory limits", "architecture"],
] as const;

export interface People {
  /** Ids of all proposals that were acknowledged. */
  readonly handedIn: ReadonlySet<string>;
  /** By action, what was acknowledged. */
  readonly decisions: () => Readonly<Record<string, number>>;
  /** Nobody hands anything in any more; reviewers go on. */
  stopProducing(): Promise<void>;
  /** Decides until nothing waits for a person that a person can decide. */
  stop(): Promise<void>;
  list(status: string): Promise<Line[]>;
}

const TIMEOUT_MS = 5_000;

export function peopleOf(world: World, random: Random, workloads: readonly Workload[], perMinute: number): People {
  const handedIn = new Set<string>();
  const decisions: Record<string, number> = {};
  let producing = true;
  let working = true;
  const own = random.fork("people");

  /** Any coordinator; undefined when it did not answer, and then nobody knows what came of it. */
  async function ask(
    role: keyof World["tokens"],
    method: string,
    path: string,
    body?: unknown,
    type = "application/json",
  ) {
    const url = own.pick(world.urls);
    try {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: { authorization: `Bearer ${world.tokens[role]}`, "content-type": type },
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: (await response.json()) as unknown };
    } catch {
      return undefined;
    }
  }

  /** Says it again until it is acknowledged, as a producer must; one in ten says it twice in any case. */
  async function propose(n: number): Promise<void> {
    const pair = order[n % order.length] as (typeof order)[number];
    const [{ name, application }, [topic, category]] = pair;
    const id = `chaos-${String(n).padStart(6, "0")}`;
    const data = {
      id,
      improvement: {
        title: `Set ${topic} on ${name} (${n})`,
        description: `The ${name} deployment of ${application} has no ${topic}; observation ${n} says that its pods need it.`,
        category,
        type: "enhancement",
        relevance: 0.9 + (n % 10) / 100,
        source_id: `chaos-${n}`,
        source_title: "What came at once",
        quotes: [{ text: `set ${topic} on ${name}` }],
      },
    };
    const event = { specversion: "1.0", id, source: "/chaos", type: "ai.cortex.school.improvement.raw", data };
    for (let times = n % 10 === 0 ? 2 : 1; times > 0; ) {
      const answer = await ask("operator", "POST", "/stages/route", event, "application/cloudevents+json");
      // The first time may have arrived although its answer did not.
      const arrived = answer?.status === 409 && /exists already/.test(JSON.stringify(answer.body));
      if (answer !== undefined && (answer.status < 300 || arrived)) {
        times -= 1;
        handedIn.add(id);
      } else if (answer !== undefined && answer.status < 500 && answer.status !== 429) {
        throw new Error(`the proposal was refused: ${answer.status} ${JSON.stringify(answer.body)}`);
      } else {
        await wait(200);
      }
    }
  }
  const order = own.shuffle(TOPICS.flatMap((topic) => workloads.map((workload) => [workload, topic] as const)));
  async function produce(): Promise<void> {
    for (let n = 0; producing; n += 1) {
      await propose(n);
      await wait(60_000 / perMinute);
    }
  }

  async function list(status: string): Promise<Line[]> {
    const answer = await ask("viewer", "GET", `/api/improvements?limit=500&status=${status}`);
    return answer?.status === 200 ? (answer.body as { improvements: Line[] }).improvements : [];
  }
  /** False: it was refused. */
  async function act(action: string, { id }: Line): Promise<boolean> {
    const answer = await ask("reviewer", "POST", `/api/improvements/${id}/${action}`, { reason: `chaos: ${action}` });
    if (answer !== undefined && answer.status < 300) decisions[action] = (decisions[action] ?? 0) + 1;
    return answer === undefined || answer.status < 400 || answer.status >= 500;
  }
  /** What people do with what waits for them. Answers how much there was to do. */
  async function review(): Promise<number> {
    const [asked, held, blocked, conflicts, dead] = await Promise.all(
      ["pending_review", "held", "rollback_blocked", "conflicts", "dead"].map(list),
    );
    for (const line of asked ?? []) {
      // What has no change set, or one that policy denies, nobody can approve.
      const shown = await ask("viewer", "GET", `/api/improvements/${line.id}`);
      const planned = (shown?.body as { change_set?: unknown } | undefined)?.change_set !== undefined;
      if (shown?.status !== 200) continue;
      const approved = planned && own.next() < 0.8 && (await act("approve", line));
      if (!approved) await act("reject", line);
    }
    for (const line of held ?? []) await act(own.next() < 0.7 ? "accept" : "rollback", line);
    for (const line of blocked ?? []) await act(own.next() < 0.7 ? "rollback" : "close", line);
    for (const line of own.shuffle(conflicts ?? []).slice(0, 2)) await act("override", line);
    for (const line of dead ?? []) await act("retry", line);
    return (asked?.length ?? 0) + (held?.length ?? 0) + (blocked?.length ?? 0) + (dead?.length ?? 0);
  }
  async function regret(): Promise<void> {
    const verified = await list("verified");
    if (verified.length > 0 && own.next() < 0.04) await act("rollback", own.pick(verified));
  }
  async function reviewers(): Promise<void> {
    while (working) {
      await review();
      if (producing) await regret();
      await wait(1_000);
    }
  }
  const producer = produce();
  const reviewing = reviewers();
  // Whoever waits for them is told.
  producer.catch(() => undefined);
  return {
    handedIn,
    decisions: () => decisions,
    list,
    async stopProducing() {
      producing = false;
      await producer;
    },
    async stop() {
      working = false;
      await reviewing;
    },
  };
}
