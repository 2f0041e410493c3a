/** A client of the events that keeps everything it was sent, and when asked reads no further. */

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
