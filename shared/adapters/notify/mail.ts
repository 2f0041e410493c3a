/** E-mail by SMTP: plain text with a little HTML beside it, a thread per improvement by the headers of RFC 5322. */
import { createHash } from "node:crypto";
import { createTransport } from "nodemailer";
import { cleanLine } from "../../domain/text.ts";
import type { Channel, Message, Receipt } from "../../notify-ports.ts";
import { codeOf, said, TIMEOUT_MS } from "./faults.ts";
import { repeated, signed } from "./look.ts";

export interface MailSettings {
  readonly name: string;
  /** `smtp://` or `smtps://`, with user and password where the server wants them. */
  readonly url: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly everyMs?: number | undefined;
  readonly timeoutMs?: number | undefined;
}

const EVERY_MS = 1_000;
const SUBJECT_MAX = 180;

export function mail({ name, url, from, to, everyMs = EVERY_MS, timeoutMs = TIMEOUT_MS }: MailSettings): Channel {
  const { hostname, username, password } = new URL(url);
  const isHere = ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
  const secrets = [password, decodeURIComponent(password), url].filter((text) => text !== "");
  const domain = /@([\w.-]+)>?\s*$/.exec(from)?.[1] ?? "cortex.invalid";
  return {
    name,
    kind: "mail",
    threads: true,
    repeatable: false,
    everyMs,
    async send(message, signal) {
      let handedOver = false;
      // Nodemailer says here, and nowhere else, when the last of a message has left.
      const note = (entry: unknown) => {
        handedOver ||= (entry as { tnx?: unknown } | undefined)?.tnx === "message";
      };
      const notes = { trace: quiet, debug: quiet, info: note, warn: quiet, error: quiet, fatal: quiet };
      const transport = createTransport({
        url,
        // A password never travels in the open except to this machine.
        ...(username !== "" && !isHere && url.startsWith("smtp:") ? { requireTLS: true } : {}),
        connectionTimeout: timeoutMs,
        greetingTimeout: timeoutMs,
        socketTimeout: timeoutMs,
        dnsTimeout: timeoutMs,
        logger: notes as never,
        disableFileAccess: true,
        disableUrlAccess: true,
      } as Parameters<typeof createTransport>[0]);
      const stop = () => transport.close();
      signal.addEventListener("abort", stop, { once: true });
      try {
        const sending = transport.sendMail({ from, to: [...to], ...mailOf(message, domain) });
        const { rejected } = (await limited(sending, timeoutMs * 2)) as { rejected?: readonly unknown[] };
        if (rejected === undefined || rejected.length === 0) return { kind: "sent" };
        return { kind: "sent", because: `${rejected.length} of ${to.length} addresses were refused` };
      } catch (error) {
        return receiptOf(error, handedOver, secrets);
      } finally {
        signal.removeEventListener("abort", stop);
        transport.close();
      }
    },
  };
}

/** What nodemailer takes of a message; `domain` is the sender's. */
export function mailOf(message: Message, domain: string) {
  const { id, thread, lines, link } = message;
  const root = thread === undefined ? undefined : `<${local(thread)}.improvement@${domain}>`;
  const note = repeated(message);
  const text = [signed(message), "", ...lines, ...(link === undefined ? [] : ["", link]), ...(note ? ["", note] : [])];
  return {
    subject: cleanLine(signed(message)).slice(0, SUBJECT_MAX).toWellFormed(),
    // The same when it is sent again: many servers and programs then show it once.
    messageId: `<${local(id)}.notification@${domain}>`,
    ...(root === undefined ? {} : { inReplyTo: root, references: root }),
    headers: { "Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All" },
    text: `${text.join("\n")}\n`,
    html: htmlOf(message, note),
  };
}

function htmlOf(message: Message, note: string | undefined): string {
  const { lines, link } = message;
  return [
    "<!doctype html>",
    `<p><strong>${html(signed(message))}</strong></p>`,
    ...(lines.length === 0 ? [] : [`<p>${lines.map(html).join("<br>\n")}</p>`]),
    ...(link === undefined ? [] : [`<p><a href="${html(link)}">Open in the school</a></p>`]),
    ...(note === undefined ? [] : [`<p><em>${html(note)}</em></p>`]),
  ].join("\n");
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function html(text: string): string {
  return text.toWellFormed().replaceAll(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
}

/** The part of a message's id before the @: letters and digits whatever the id holds. */
function local(id: string): string {
  return /^[\w-]{1,80}$/.test(id) ? id : createHash("sha256").update(id).digest("hex").slice(0, 32);
}

/** A server that sends a sign now and then is silent all the same. */
async function limited<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error("it took too long"), { code: "ETIMEDOUT" })), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
}

function receiptOf(error: unknown, handedOver: boolean, secrets: readonly string[]): Receipt {
  const { responseCode, response, code } = error as { responseCode?: number; response?: string; code?: string };
  const words = said(response ?? "", secrets);
  if (code === "EAUTH")
    return { kind: "refused", because: `it does not accept user and password${words && `: ${words}`}` };
  if (responseCode !== undefined && responseCode >= 400) {
    const because = `it answered ${words || responseCode}`;
    return responseCode >= 500 ? { kind: "refused", because } : { kind: "not-sent", because };
  }
  if (code === "ETLS") return { kind: "refused", because: "it offers no encryption, and a password needs one" };
  const why = codeOf(error) ?? "closed";
  if (handedOver) return { kind: "unclear", because: `it took the message and did not answer (${why})` };
  return { kind: "not-sent", because: `it cannot be reached (${why})` };
}

function quiet(): void {
  // What goes wrong is in the receipt, without the password.
}
