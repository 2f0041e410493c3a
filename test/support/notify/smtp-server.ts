/** A mail server that speaks as much SMTP (RFC 5321) as a client needs, and fails where it is told to. */

import type { AddressInfo } from "node:net";
import { createServer, type Socket } from "node:net";

export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  /** Header lines, unfolded, and the text after them. */
  readonly headers: readonly string[];
  readonly raw: string;
}
type Step = "GREETING" | "EHLO" | "AUTH" | "MAIL" | "RCPT" | "DATA" | "END";
/** A line to answer with; `stall` and `close`: what becomes of the connection. */
type Fault = string;

export interface SmtpServer {
  readonly url: string;
  readonly mails: readonly Mail[];
  /** At the next time this step comes. */
  fail(step: Step, fault: Fault): void;
  close(): Promise<void>;
}

const STEPS: readonly (readonly [RegExp, Step])[] = [
  [/^(EHLO|HELO)/i, "EHLO"],
  [/^AUTH/i, "AUTH"],
  [/^MAIL FROM/i, "MAIL"],
  [/^RCPT TO/i, "RCPT"],
  [/^DATA/i, "DATA"],
];

export async function startSmtp(): Promise<SmtpServer> {
  const mails: Mail[] = [];
  const faults = new Map<Step, Fault>();
  const sockets = new Set<Socket>();

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => undefined);
    let from = "";
    let to: string[] = [];
    let data: string | undefined;
    let rest = "";

    function answer(step: Step, usual: string): boolean {
      const fault = faults.get(step);
      faults.delete(step);
      if (fault === "close") socket.destroy();
      else if (fault !== "stall") socket.write(`${fault ?? usual}\r\n`);
      return fault === undefined;
    }
    function command(line: string): void {
      const step = STEPS.find(([pattern]) => pattern.test(line))?.[1];
      const [, address = ""] = /<([^>]*)>/.exec(line) ?? [];
      if (step === undefined) return void socket.write(/^QUIT/i.test(line) ? "221 bye\r\n" : "250 ok\r\n");
      const usual = { EHLO: "250-test\r\n250 AUTH PLAIN", AUTH: "235 in", DATA: "354 go on" } as Record<string, string>;
      if (!answer(step, usual[step] ?? "250 ok")) return;
      if (step === "MAIL") [from, to] = [address, []];
      if (step === "RCPT") to = [...to, address];
      if (step === "DATA") data = "";
    }
    answer("GREETING", "220 test ESMTP");
    socket.on("data", (chunk) => {
      rest += chunk.toString();
      for (let end = rest.indexOf("\r\n"); end >= 0; end = rest.indexOf("\r\n")) {
        const line = rest.slice(0, end);
        rest = rest.slice(end + 2);
        if (data === undefined) command(line);
        else if (line === ".") {
          const raw = data;
          data = undefined;
          // Taken, whatever the answer is: that is what makes a lost answer uncertain.
          const head = raw.slice(0, raw.indexOf("\n\n")).replaceAll(/\n[ \t]+/g, " ");
          mails.push({ from, to, headers: head.split("\n"), raw });
          answer("END", "250 taken");
        } else data += `${line.replace(/^\.\./, ".")}\n`;
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    mails,
    fail: (step, fault) => void faults.set(step, fault),
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
