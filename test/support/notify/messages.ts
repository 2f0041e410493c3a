/** Notifications and messages to send, hostile ones among them. */
import { type Notification, TOLD, type Told } from "../../../shared/domain/notification.ts";
import type { Message, Thread, Threads } from "../../../shared/notify-ports.ts";

export function notification(over: Partial<Notification> & { readonly event: Told }): Notification {
  return {
    id: "5b8f6f3e-3f55-4f0e-9d7e-6f0c3c9f0a11",
    severity: TOLD[over.event],
    at: "2026-01-31T08:00:00.000Z",
    headline: "“Set limits” (0123456789abcdef) is live and verified",
    lines: ["Application: shop"],
    link: "https://school.example.org/improvements/0123456789abcdef",
    subject: { id: "0123456789abcdef", title: "Set limits", category: "architecture", application: "shop" },
    ...over,
  };
}

export function message(over: Partial<Message> = {}): Message {
  const { id, event, severity, headline, lines, link } = notification({ event: over.event ?? "verified" });
  return {
    id,
    event,
    severity,
    headline,
    lines,
    ...(link === undefined ? {} : { link }),
    thread: "0123456789abcdef",
    notifications: over.notifications ?? [notification({ event: over.event ?? "verified" })],
    again: false,
    ...over,
  };
}

/** Threads of one process. */
export function memoryThreads(): Threads & { readonly kept: Map<string, Thread> } {
  const kept = new Map<string, Thread>();
  return {
    kept,
    thread: async (channel, improvement) => kept.get(`${channel} ${improvement}`),
    async keepThread(channel, improvement, thread) {
      if (thread === undefined) kept.delete(`${channel} ${improvement}`);
      else kept.set(`${channel} ${improvement}`, thread);
    },
  };
}

/** What a transcript may hold. */
export const HOSTILE =
  "<!everyone> <!channel> <@U123> @here *bold* <https://evil.example|click> https://evil.example/x & <script>alert(1)</script>\r\nBcc: all@example.org";
