/** Notifier over a log: one structured line per message, for schools without a chat or mail to send to. */
import type { Logger } from "pino";
import type { Notifier } from "../ports.ts";

export function logNotifier(log: Pick<Logger, "info">): Notifier {
  return {
    async send({ improvement, reached, text }) {
      log.info({ improvement: improvement?.id, reached, text }, "notification");
    },
  };
}
