/** Slack's Web API as far as messages go: chat.postMessage and chat.update, with what stands in the channel. */
import { type Answer, type Asked, startServer, type TestServer } from "./http-server.ts";

export interface SlackMessage {
  readonly channel: string;
  readonly ts: string;
  readonly thread: string | undefined;
  text: string;
  blocks: unknown;
}
export interface SlackServer extends TestServer {
  readonly apiUrl: string;
  readonly messages: SlackMessage[];
  readonly updates: () => number;
}

export const TOKEN = "xoxb-secret-token";

export async function startSlack(): Promise<SlackServer> {
  const messages: SlackMessage[] = [];
  let updates = 0;
  let clock = 1_700_000_000;

  function answer({ path, headers, text }: Asked): Answer {
    const said = (body: object) => ({
      status: 200,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (headers.authorization !== `Bearer ${TOKEN}`) return said({ ok: false, error: "invalid_auth" });
    const form = Object.fromEntries(new URLSearchParams(text));
    if (path === "/api/chat.update") {
      const message = messages.find(({ ts }) => ts === form["ts"]);
      if (message === undefined) return said({ ok: false, error: "message_not_found" });
      updates += 1;
      message.text = form["text"] ?? "";
      message.blocks = JSON.parse(form["blocks"] ?? "[]");
      return said({ ok: true, channel: message.channel, ts: message.ts });
    }
    if (path !== "/api/chat.postMessage") return said({ ok: false, error: "unknown_method" });
    clock += 1;
    const message: SlackMessage = {
      channel: "C1",
      ts: `${clock}.000100`,
      thread: form["thread_ts"],
      text: form["text"] ?? "",
      blocks: JSON.parse(form["blocks"] ?? "[]"),
    };
    messages.push(message);
    return said({ ok: true, channel: message.channel, ts: message.ts });
  }

  const server = await startServer(answer);
  return { ...server, apiUrl: `${server.url}/api/`, messages, updates: () => updates };
}
