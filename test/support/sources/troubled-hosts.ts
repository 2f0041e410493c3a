/** Real HTTP servers as a long feed meets them: fast, slow, failing, redirecting, endless, forbidden. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What becomes of an entry at such a host. */
export const TROUBLES = {
  advice: "read",
  plain: "nothing_found",
  slow: "nothing_found",
  moved: "nothing_found",
  loop: "failed",
  missing: "failed",
  broken: "failed",
  flaky: "nothing_found",
  endless: "failed",
  forbidden: "failed",
} as const;
export type Trouble = keyof typeof TROUBLES;
const KINDS = Object.keys(TROUBLES) as Trouble[];

export interface TroubledHosts extends AsyncDisposable {
  readonly feed: string;
  /** `host:port` of all that may be asked. */
  readonly allowed: readonly string[];
  readonly entries: readonly { readonly address: string; readonly trouble: Trouble }[];
  /** Requests by path. */
  readonly asked: ReadonlyMap<string, number>;
  readonly most: { atOnce: number; bytes: number };
  now(): number;
  /** Requests to the host nobody may ask. */
  forbidden(): number;
}

const WORDS =
  "Our team looked back on a quiet year in which little happened and much was learned about patience and about people and about lunch.";

export async function troubledHosts(count: number, slowMs: number): Promise<TroubledHosts> {
  const asked = new Map<string, number>();
  const most = { atOnce: 0, bytes: 0 };
  let running = 0;
  let forbidden = 0;
  const outside = await listening((_, response) => {
    forbidden += 1;
    response.end(WORDS);
  });
  const answer: Answer = (request, response) => {
    running += 1;
    most.atOnce = Math.max(most.atOnce, running);
    response.once("close", () => {
      running -= 1;
    });
    const path = request.url ?? "/";
    const times = (asked.get(path) ?? 0) + 1;
    asked.set(path, times);
    const [, kind = "", name = ""] = path.split("/");
    const text = (words = WORDS) => response.setHeader("content-type", "text/plain").end(`Entry ${name}. ${words}`);
    const to = (location: string) => response.writeHead(302, { location }).end();
    switch (kind as Trouble | "feed.xml" | "there") {
      case "feed.xml":
        return void response.setHeader("content-type", "application/rss+xml").end(rss(entries));
      case "advice":
        return void text(`${WORDS} In ${name} you should always set memory limits on your containers.`);
      case "plain":
      case "there":
        return void text();
      case "slow":
        return void setTimeout(text, slowMs);
      case "moved":
        return void to(`${hosts[1]}/there/${name}`);
      case "loop":
        return void to(path);
      case "broken":
        return void response.writeHead(500).end();
      case "flaky":
        return void (times === 1 ? response.destroy() : text());
      case "endless":
        return endless(response, most);
      case "forbidden":
        return void to(`${outside.url}/secret/${name}`);
      default:
        return void response.writeHead(404).end();
    }
  };
  const servers = await Promise.all([1, 2, 3, 4].map(() => listening(answer)));
  const hosts = servers.map(({ url }) => url);
  const entries = Array.from({ length: count }, (_, i) => {
    const trouble = KINDS[i % KINDS.length] as Trouble;
    return { address: `${hosts[i % hosts.length]}/${trouble}/n${i}`, trouble };
  });
  return {
    feed: `${hosts[0]}/feed.xml`,
    allowed: hosts.map((url) => new URL(url).host),
    entries,
    asked,
    most,
    now: () => running,
    forbidden: () => forbidden,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...servers, outside].map((one) => one.close()));
    },
  };
}

/** A body that would never end, as fast as it is taken. */
function endless(response: ServerResponse, most: { bytes: number }): void {
  let sent = 0;
  const part = Buffer.alloc(16_384, "word ");
  response.setHeader("content-type", "text/plain");
  const more = () => {
    while (!response.destroyed && response.write(part)) sent += part.length;
    most.bytes = Math.max(most.bytes, sent);
  };
  response.on("drain", more);
  more();
}

function rss(entries: TroubledHosts["entries"]): string {
  const items = entries.map(({ address }, i) => `<item><title>Entry ${i}</title><link>${address}</link></item>`);
  return `<?xml version="1.0"?><rss version="2.0"><channel><title>Much</title><link>http://x.example</link>${items.join("")}</channel></rss>`;
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

async function listening(answer: Answer): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  const server: Server = createServer(answer);
  await new Promise<void>((ready) => {
    server.listen(0, "127.0.0.1", ready);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((closed) => {
        server.close(() => closed());
      });
    },
  };
}
