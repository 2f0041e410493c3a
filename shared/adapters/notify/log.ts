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
      const { id: improvement, trace: trace_id } = newest?.subject ?? {};
      log.info(
        { event: newest?.id, improvement, trace_id, reached: event, severity, text: [headline, ...lines].join("\n") },
        "notification",
      );
      return { kind: "sent" };
    },
  };
}
