/** Follows a school's events for as long as it takes: comes back after every loss, to where it was. */
import { EventSource } from "eventsource";
import type { Gap, Transition } from "../../shared/pipeline/event-stream.ts";
import { type Client, failureIn, Unreachable } from "./client.ts";
import { Failure } from "./failure.ts";

export interface Listener {
  /** Connected for the first time. */
  readonly started?: () => void;
  readonly moved: (transition: Transition) => void;
  /** Some transitions may be missing. */
  readonly gap: (gap: GapNotice) => void;
  /** A sentence for the person who watches. */
  readonly note: (text: string) => void;
}

/** As the coordinator tells it. */
export type GapNotice = Pick<Gap, "reason" | "first" | "last"> & { readonly detail: string };

/** Asked too often: that passes, too. */
const TOO_MANY = 429;

/**
 * Resolves when `stopped`. Throws Failure when the school refuses, or does not answer from the start; one that has
 * `answered` the caller a moment ago is waited for.
 */
export function follow(
  client: Client,
  query: URLSearchParams,
  on: Listener,
  stopped: AbortSignal,
  answered = false,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let started = answered;
    let away = false;
    let problem: Failure | undefined;

    async function request(url: string | URL, init: RequestInit): Promise<Response> {
      const response = await client.fetch(url, init);
      if (response.ok) return response;
      problem = await failureIn(client.url, response);
      // A client of events gives up on an answer that is no stream, and comes back after a broken connection.
      if (problem instanceof Unreachable || response.status === TOO_MANY) throw problem;
      return response;
    }
    function end(error?: Error): void {
      stopped.removeEventListener("abort", stop);
      source.close();
      if (error === undefined) resolve();
      else reject(error);
    }
    function stop(): void {
      end();
    }
    const source = new EventSource(`${client.url}/api/events?${query.toString()}`, { fetch: request });
    const told = <T>(name: string, tell: (value: T) => void) =>
      source.addEventListener(name, ({ data }) => {
        try {
          tell(JSON.parse(String(data)) as T);
        } catch {
          end(new Failure(`${client.url} sent something that is no event of a school; check SCHOOL_URL`));
        }
      });

    source.addEventListener("open", () => {
      if (away) on.note("school: it answers again");
      if (!started) on.started?.();
      started = true;
      away = false;
      problem = undefined;
    });
    told<Transition>("message", on.moved);
    told<GapNotice>("gap", on.gap);
    told<{ detail: string }>("outage", ({ detail }) => on.note(`school: ${detail}`));
    told<{ detail: string }>("resumed", ({ detail }) => on.note(`school: ${detail}`));
    source.addEventListener("error", ({ message = "it closed the connection" }) => {
      const failure = problem ?? new Unreachable(`the school at ${client.url} does not answer (${message})`);
      const refused = source.readyState === source.CLOSED;
      if (refused || !started) return end(refused && problem === undefined ? noStream(client) : failure);
      if (!away) on.note(`school: ${failure.message}; waiting for it`);
      away = true;
    });
    stopped.addEventListener("abort", stop);
    if (stopped.aborted) stop();
  });
}

function noStream({ url }: Client): Failure {
  return new Failure(`${url} has no stream of events; is that a school? Check SCHOOL_URL`);
}
