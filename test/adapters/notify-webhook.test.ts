/** The generic webhook: a signed CloudEvent, the same each time it is sent. */
import { createHmac } from "node:crypto";
import { HTTP } from "cloudevents";
import { afterEach, beforeEach, expect, test } from "vitest";
import { webhook } from "../../shared/adapters/notify/webhook.ts";
import { startServer, type TestServer } from "../support/notify/http-server.ts";
import { HOSTILE, message } from "../support/notify/messages.ts";

const SECRET = "a-secret-of-enough-signs";
const signal = () => new AbortController().signal;
let server: TestServer;
beforeEach(async () => {
  server = await startServer(() => ({ status: 204 }));
});
afterEach(() => server.close());
const channel = (secret = SECRET) => webhook({ name: "webhook", url: `${server.url}/hook?key=k3y`, secret });

test.each([
  [SECRET, Buffer.from(SECRET)],
  [`whsec_${Buffer.from("sixteen bytes ok").toString("base64")}`, Buffer.from("sixteen bytes ok")],
])("what is posted is a CloudEvent whose signature the receiver can check (%s)", async (secret, key) => {
  expect(await channel(secret).send(message({ headline: HOSTILE }), signal())).toEqual({ kind: "sent" });
  const [asked] = server.asked;
  const { "webhook-id": id, "webhook-timestamp": seconds, "webhook-signature": given } = asked?.headers ?? {};
  const expected = createHmac("sha256", key)
    .update(`${String(id)}.${String(seconds)}.${asked?.text}`)
    .digest("base64");
  expect(given).toBe(`v1,${expected}`);
  expect(Math.abs(Number(seconds) - Date.now() / 1_000)).toBeLessThan(60);
  const event = HTTP.toEvent({ headers: asked?.headers ?? {}, body: asked?.text ?? "" });
  expect(event).toMatchObject({
    id: message().id,
    type: "ai.cortex.school.notification.verified",
    subject: "0123456789abcdef",
    data: { headline: HOSTILE, severity: "info", again: false, notifications: [{ event: "verified" }] },
  });
});

test("the id is the same when it is sent again", async () => {
  server.next("reset");
  expect(await channel().send(message(), signal())).toMatchObject({ kind: "unclear" });
  await channel().send(message({ again: true }), signal());
  expect(new Set(server.asked.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
});

test("user and password of the address become basic authentication", async () => {
  const url = `${server.url.replace("://", "://ann:p%40ss@")}/hook`;
  await webhook({ name: "webhook", url, secret: SECRET }).send(message(), signal());
  expect(server.asked[0]?.headers.authorization).toBe(`Basic ${Buffer.from("ann:p@ss").toString("base64")}`);
});

test.each([
  [{ status: 410, body: "gone: k3y" }, "refused"],
  [{ status: 301, headers: { location: "/elsewhere" } }, "refused"],
  [{ status: 503, headers: { "retry-after": "Fri, 01 Jan 2999 00:00:00 GMT" } }, "not-sent"],
  [{ status: 504 }, "unclear"],
])("%j is %s", async (answer, kind) => {
  server.next(answer);
  const receipt = await channel().send(message(), signal());
  expect(receipt.kind).toBe(kind);
  expect(JSON.stringify(receipt)).not.toMatch(/127\.0\.0\.1|a-secret/);
  expect(server.asked).toHaveLength(1);
});
