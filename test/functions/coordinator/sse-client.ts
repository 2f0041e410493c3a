/** Clients of the events that keep everything they were sent, and a school for them to follow. */
import { expect } from "vitest";
import { startSchool, type TestSchool, TOKENS } from "./support.ts";

export const STREAM = "school:events";
export const PATIENCE = { timeout: 20_000, interval: 20 };

export interface Received {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: string;
}

export interface RawClient {
  readonly response: Response;
  readonly events: () => readonly Received[];
  /** Ids of the transitions, in the order of their arrival. */
  readonly ids: () => string[];
  readonly text: () => string;
  readonly ended: Promise<"done" | "broken">;
  close(): void;
}

/** One request, no coming back. */
export async function listen(url: string, headers: Record<string, string>): Promise<RawClient> {
  const stop = new AbortController();
  const response = await fetch(url, { headers: { accept: "text/event-stream", ...headers }, signal: stop.signal });
  let text = "";
  async function read(): Promise<"done" | "broken"> {
    try {
      for await (const piece of (response.body as ReadableStream<Uint8Array>).pipeThrough(new TextDecoderStream())) {
        text += piece;
      }
      return "done";
    } catch {
      // Cut, or closed by this test: which of them it was is what the test asks.
      return "broken";
    }
  }
  const ended = read();
  const events = () => parsed(text);
  return {
    response,
    events,
    ids: () => events().flatMap(({ event, id }) => (event === "message" && id !== undefined ? [id] : [])),
    text: () => text,
    ended,
    close: () => stop.abort(),
  };
}

/** Whole events only: what follows the last empty line is still on its way. */
function parsed(text: string): Received[] {
  return text
    .split("\n\n")
    .slice(0, -1)
    .flatMap((block) => {
      const lines = block.split("\n");
      const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
      const data = field("data");
      return data === undefined ? [] : [{ event: field("event") ?? "message", id: field("id"), data }];
    });
}

export const named = (client: RawClient, name: string) => client.events().filter(({ event }) => event === name);

/** Waits for the data of the events of this name. */
export const told = (client: RawClient, name: string) =>
  expect.poll(() => named(client, name).map(({ data }) => JSON.parse(data) as unknown), PATIENCE);

export interface SseSchool extends TestSchool {
  follow(query?: string, headers?: Record<string, string>): Promise<RawClient>;
  /** Puts one transition into the stream; returns its entry. */
  happen(improvement: string, to?: string, because?: string): Promise<string>;
  /** How many connections wait on the stream. */
  followers(): Promise<number>;
  /** Closes all clients and waits until the coordinator has noticed, so that the next test has all places. */
  leave(): Promise<void>;
}

export async function sseSchool(env: Record<string, string>): Promise<SseSchool> {
  const school = await startSchool({ env });
  const open: RawClient[] = [];

  async function followers(): Promise<number> {
    const list = (await school.redis.client("LIST")) as string;
    return list.split("\n").filter((line) => line.includes("cmd=xread")).length;
  }
  return {
    ...school,
    followers,
    async follow(query = "", headers = {}) {
      const url = `${school.coordinator.url}/api/events${query}`;
      const client = await listen(url, { authorization: `Bearer ${TOKENS.viewer}`, ...headers });
      open.push(client);
      return client;
    },
    async happen(improvement, to = "routed", because = "test") {
      const fields = { improvement, from: "raw", to, by: "route", because };
      return (await school.redis.xadd(STREAM, "*", ...Object.entries(fields).flat())) as string;
    },
    async leave() {
      for (const client of open.splice(0)) client.close();
      await expect.poll(followers, PATIENCE).toBe(0);
    },
  };
}
