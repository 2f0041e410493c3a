/** Mail over real SMTP: threads, headers nobody can forge, and what is made of each of its faults. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { mail } from "../../shared/adapters/notify/mail.ts";
import { nobodyThere } from "../support/notify/http-server.ts";
import { HOSTILE, message } from "../support/notify/messages.ts";
import { type SmtpServer, startSmtp } from "../support/notify/smtp-server.ts";

const signal = () => new AbortController().signal;
let server: SmtpServer;
beforeEach(async () => {
  server = await startSmtp();
});
afterEach(() => server.close());
const channel = (timeoutMs = 5_000, url = server.url) =>
  mail({
    name: "mail",
    url,
    from: "The School <school@example.org>",
    to: ["ann@example.org", "bob@example.org"],
    timeoutMs,
  });
const header = (name: string, at = 0) =>
  server.mails[at]?.headers
    .find((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}: `))
    ?.slice(name.length + 2);

test("it reaches everybody, as text and a little HTML", async () => {
  expect(await channel().send(message(), signal())).toEqual({ kind: "sent" });
  expect(server.mails[0]).toMatchObject({ from: "school@example.org", to: ["ann@example.org", "bob@example.org"] });
  expect(header("From")).toBe("The School <school@example.org>");
  expect(header("Auto-Submitted")).toBe("auto-generated");
  expect(header("Content-Type")).toMatch(/^multipart\/alternative/);
});

test("mails about one improvement are one thread, and one sent again is the same mail", async () => {
  await channel().send(message(), signal());
  await channel().send(message({ id: "another-notification" }), signal());
  await channel().send(message({ again: true }), signal());
  expect(header("References", 0)).toBe("<0123456789abcdef.improvement@example.org>");
  expect(header("References", 1)).toBe(header("References", 0));
  expect(header("Message-ID", 1)).not.toBe(header("Message-ID", 0));
  expect(header("Message-ID", 2)).toBe(header("Message-ID", 0));
});

test("no text becomes a header, an address or markup", async () => {
  const line = `${HOSTILE}\r\n.\r\nMAIL FROM:<evil@example.org>`;
  await channel().send(
    message({ headline: line, lines: [line], id: `x>\r\nBcc: all@example.org`, thread: "a>\r\nBcc: b" }),
    signal(),
  );
  expect(server.mails).toHaveLength(1);
  expect(server.mails[0]?.to).toEqual(["ann@example.org", "bob@example.org"]);
  expect(server.mails[0]?.headers.filter((each) => /^(Bcc|Cc):/i.test(each))).toEqual([]);
  const html = server.mails[0]?.raw.split("text/html")[1] ?? "";
  expect(html).toContain("&lt;script");
  expect(html).not.toContain("<script");
});

describe("faults", () => {
  test.each([
    ["GREETING", "421 busy", { kind: "not-sent" }],
    ["GREETING", "close", { kind: "not-sent" }],
    ["MAIL", "451 later", { kind: "not-sent", because: "it answered 451 later" }],
    ["RCPT", "close", { kind: "not-sent" }],
    ["RCPT", "550 nobody", { kind: "sent", because: "1 of 2 addresses were refused" }],
    ["DATA", "554 no", { kind: "refused" }],
    ["END", "552 too much", { kind: "refused" }],
    ["END", "452 full", { kind: "not-sent" }],
    ["END", "close", { kind: "unclear" }],
  ] as const)("%s %s is %j", async (step, fault, receipt) => {
    server.fail(step, fault);
    expect(await channel().send(message(), signal())).toMatchObject(receipt);
  });

  test("silence before the message is not sent, after it unclear", async () => {
    server.fail("GREETING", "stall");
    expect(await channel(80).send(message(), signal())).toMatchObject({ kind: "not-sent" });
    server.fail("END", "stall");
    expect(await channel(80).send(message(), signal())).toMatchObject({ kind: "unclear" });
  });

  test("nobody there is not sent", async () => {
    const url = (await nobodyThere()).replace("http:", "smtp:");
    expect(await channel(2_000, url).send(message(), signal())).toMatchObject({ kind: "not-sent" });
  });

  test("a password that is not accepted is refused and nowhere in the words", async () => {
    server.fail("AUTH", "535 not ann:pa55word");
    const url = server.url.replace("://", "://ann:pa55word@");
    const receipt = await channel(2_000, url).send(message(), signal());
    expect(receipt.kind).toBe("refused");
    expect(JSON.stringify(receipt)).not.toContain("pa55word");
  });
});
