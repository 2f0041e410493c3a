/** One structured line per message: what is always there, and for schools without a chat or mail the only one. */
import type { Logger } from "pino";
import type { Channel } from "../../notify-ports.ts";

export function logChannel(log: Pick<Logger, "info">): Channel {
  return {
    name: "log",
    kind: "log",
    threads: true,
    repeatable: true,
    everyMs: 0,
    async send({ event, severity, headline, lines, notifications }) {
      const newest = notifications.at(-1);
      const about = { event: newest?.id, improvement: newest?.subject?.id, trace_id: newest?.trace };
      log.info({ ...about, reached: event, severity, text: [headline, ...lines].join("\n") }, "notification");
      return { kind: "sent" };
    },
  };
}
