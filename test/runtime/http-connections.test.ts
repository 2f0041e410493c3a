/** Who closes a connection: a proxy in front as long as we run, we as soon as we are told to stop. */
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { endConnections, keepConnections } from "../../shared/runtime/http/connections.ts";

/** Go's http.DefaultTransport, with which Knative's proxy asks. */
const IDLE_CONN_TIMEOUT = 90;

const waiting: ServerResponse[] = [];
const server = () => createServer((_request, response) => void waiting.push(response));
let one: ReturnType<typeof server>;
beforeEach(async () => {
  one = server();
  keepConnections(one);
  await once(one.listen(0, "127.0.0.1"), "listening");
});
afterEach(() => {
  waiting.splice(0);
  one.closeAllConnections();
  one.close();
});

/** A connection with a request on it that waits for its answer. */
async function asked() {
  const socket = connect((one.address() as AddressInfo).port, "127.0.0.1");
  socket.setEncoding("utf8");
  socket.write("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n");
  await expect.poll(() => waiting.length).toBe(1);
  return socket;
}

test("an idle connection is kept for longer than Knative's proxy keeps it", async () => {
  const socket = await asked();
  waiting[0]?.end("done");
  const [answer] = (await once(socket, "data")) as [string];
  expect(Number(/keep-alive: timeout=(\d+)/i.exec(answer)?.[1])).toBeGreaterThan(IDLE_CONN_TIMEOUT);
  socket.destroy();
});

test("told to stop, it answers what is under way and keeps that connection no longer", async () => {
  const socket = await asked();
  const [closed, ended] = [once(one, "close"), once(socket, "end")];
  endConnections(one);
  waiting[0]?.end("done");
  const [answer] = (await once(socket, "data")) as [string];
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  await ended;
  socket.end();
  await closed;
});
