/** Credentials over http: they reach the forge, and nothing else. */
import { execFile, spawn } from "node:child_process";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { gitCli } from "../../shared/adapters/git-cli.ts";
import { RetryLater } from "../../shared/runtime/errors.ts";
import { type GitRemote, gitRemote } from "../support/git-remote.ts";

const author = "Cortex Online School <school@cortex.ai>";
const message = "Implement: x\n\nImprovement-Id: i1\n";
const addition = { path: "new.yaml", before: null, after: "new\n" };

let remote: GitRemote;
beforeEach(async () => {
  remote = await gitRemote({ "a.yaml": "a\n", "b/c.yaml": "c\n" });
});
afterEach(() => remote.close());

function adapter(more: Partial<Parameters<typeof gitCli>[0]> = {}) {
  return gitCli({ remote: remote.url, cacheDir: remote.cacheDir, author, ...more });
}
async function failure(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => new Error("it succeeded"),
    (error: Error) => error,
  );
}

describe("over http with a token", () => {
  let server: Server;
  let address: string;
  const seen: string[] = [];
  const token = "ghp_secretsecretsecret";

  /** git http-backend behind Basic authentication, as a forge would do it. */
  beforeEach(async () => {
    await remote.git("config", "http.receivepack", "true");
    const backend = path.join((await promisify(execFile)("git", ["--exec-path"])).stdout.trim(), "git-http-backend");
    const expected = `Basic ${Buffer.from(`x-access-token:${token}`).toString("base64")}`;
    server = createServer((request, response) => {
      const given = request.headers.authorization ?? "";
      seen.push(given);
      if (given !== expected) {
        request.resume();
        response.writeHead(401, { "www-authenticate": "Basic realm=x" }).end("denied");
        return;
      }
      const { pathname, search } = new URL(request.url ?? "/", "http://localhost");
      const cgi = spawn(backend, {
        env: {
          PATH: process.env["PATH"],
          GIT_PROJECT_ROOT: path.dirname(remote.url),
          GIT_HTTP_EXPORT_ALL: "1",
          PATH_INFO: pathname,
          QUERY_STRING: search.slice(1),
          REQUEST_METHOD: request.method,
          CONTENT_TYPE: request.headers["content-type"] ?? "",
          HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
          GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
          REMOTE_USER: "school",
        },
      });
      request.pipe(cgi.stdin);
      const parts: Buffer[] = [];
      cgi.stdout.on("data", (part: Buffer) => parts.push(part));
      cgi.on("close", () => {
        const output = Buffer.concat(parts);
        const end = output.indexOf("\r\n\r\n");
        const headers = Object.fromEntries(
          output
            .toString("latin1", 0, end)
            .split("\r\n")
            .map((line) => line.split(/: (.*)/s).slice(0, 2) as [string, string]),
        );
        const { Status: status = "200", ...rest } = headers;
        response.writeHead(Number.parseInt(status, 10), rest).end(output.subarray(end + 4));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/remote.git`;
  });
  afterEach(() => server.close());

  test.each([
    ["given as a setting", () => ({ remote: address, token })],
    ["written into the address", () => ({ remote: address.replace("http://", `http://x-access-token:${token}@`) })],
  ])("%s, it reads and writes", async (_name, settings) => {
    const git = adapter(settings());
    const pushed = await git.commit({ base: await git.head(), files: [addition], message });
    expect(pushed).toEqual({ kind: "pushed", commit: await remote.tip() });
  });

  test("that is wrong, the message says so and holds no secret", async () => {
    for (const secret of ["wrong-token", "pass%20word"]) {
      for (const settings of [
        { remote: address, token: secret },
        { remote: address.replace("http://", `http://someone:${secret}@`) },
      ]) {
        const error = await failure(adapter(settings).head());
        expect(error).toBeInstanceOf(RetryLater);
        expect((error as RetryLater).afterMs).toBe(60_000);
        expect(error.message).toMatch(/does not accept the credentials/);
        expect(`${error.message} ${error.stack}`).not.toContain(secret);
        expect(`${error.message} ${error.stack}`).not.toContain("someone");
      }
    }
  });

  test("it is not sent to a host it was not meant for", async () => {
    seen.length = 0;
    const git = adapter({ remote: address, environment: { PATH: process.env["PATH"], GITHUB_TOKEN: token } });
    await failure(git.head());
    expect(seen.every((header) => header === "")).toBe(true);
  });

  test("a server that is gone is tried again soon", async () => {
    await new Promise((resolve) => server.close(resolve));
    const error = await failure(adapter({ remote: address, token }).head());
    expect(error).toBeInstanceOf(RetryLater);
    expect((error as RetryLater).afterMs).toBe(15_000);
    expect(error.message).toMatch(/out of reach/);
  });
});
