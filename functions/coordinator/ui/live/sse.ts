/** Server-sent events from a stream of text (WHATWG HTML, "Parsing an event stream"). */

export interface ServerEvent {
  readonly event: string;
  readonly data: string;
  /** The last id the stream named, also by an earlier event. */
  readonly id: string;
}

/** Feed it pieces of text as they arrive, cut anywhere; it calls `emit` for each complete event. */
export function eventParser(emit: (event: ServerEvent) => void): (piece: string) => void {
  let rest = "";
  let first = true;
  let id = "";
  let event = "";
  let data: string[] = [];

  function field(line: string): void {
    const colon = line.indexOf(":");
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "data") data.push(value);
    else if (name === "event") event = value;
    else if (name === "id" && !value.includes("\0")) id = value;
  }
  function take(line: string): void {
    // A line that begins with a colon is a comment: it only keeps the connection warm.
    if (line !== "") return line.startsWith(":") ? undefined : field(line);
    if (data.length > 0) emit({ event: event === "" ? "message" : event, data: data.join("\n"), id });
    event = "";
    data = [];
  }
  return function feed(piece) {
    rest += first ? piece.replace(/^\uFEFF/, "") : piece;
    if (piece !== "") first = false;
    for (;;) {
      const end = /\r\n|\n|\r/.exec(rest);
      // A carriage return at the very end may be the first half of a line break.
      if (end === null || (end[0] === "\r" && end.index === rest.length - 1)) return;
      take(rest.slice(0, end.index));
      rest = rest.slice(end.index + end[0].length);
    }
  };
}
