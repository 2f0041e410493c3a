/** The GitOps repository as a forge serves it: smart HTTP, somebody else who pushes, and what goes wrong there. */
import { execFile, spawn } from "node:child_process";
import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { promisify } from "node:util";
import { isolated } from "../../../build/local/gitops-repository.ts";

const run = promisify(execFile);

/** `reject`: a hook refuses each push; `busy`: 429 with Retry-After; `broken`: 500; `lock`: a killed git left its lock on main. */
export const FORGE_FAULTS = ["reject", "busy", "broken", "lock"] as const;
export type ForgeFault = (typeof FORGE_FAULTS)[number];

export interface Forge {
  readonly port: number;
  /** The result ends it. */
  inject(fault: ForgeFault): Promise<() => Promise<void>>;
  /** Another writer commits a file of his own to main; with `amend` he then replaces that commit with force, if it is still the last. */
  write(n: number, amend: boolean): Promise<void>;
  git(...args: string[]): Promise<string>;
  close(): Promise<void>;
}

/** Serves the bare `repository` to who shows `token`, under its own name. */
export async function startForge(repository: string, token: string): Promise<Forge> {
  const git = async (...args: string[]) => {
    const { stdout } = await run("git", ["--git-dir", repository, ...args], {
      env: isolated,
      maxBuffer: 256 * 1024 * 1024,
    });
    return stdout.trim();
  };
  await git("config", "http.receivepack", "true");
  const backend = path.join((await run("git", ["--exec-path"])).stdout.trim(), "git-http-backend");
  const expected = `Basic ${Buffer.from(`x-access-token:${token}`).toString("base64")}`;
  let fault: ForgeFault | undefined;
  const server = createServer((request, response) => {
    if (request.headers.authorization !== expected) {
      request.resume();
      response.writeHead(401, { "www-authenticate": "Basic realm=git" }).end();
    } else if (fault === "busy" || fault === "broken") {
      request.resume();
      const headers = fault === "busy" ? { "retry-after": "1" } : {};
      response.writeHead(fault === "busy" ? 429 : 500, headers).end("not now");
    } else {
      serve(backend, path.dirname(repository), request, response);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const hook = path.join(repository, "hooks/pre-receive");
  const lock = path.join(repository, "refs/heads/main.lock");
  return {
    port: (server.address() as AddressInfo).port,
    git,
    async inject(wanted) {
      fault = wanted;
      if (wanted === "reject") {
        await mkdir(path.dirname(hook), { recursive: true });
        await writeFile(hook, "#!/bin/sh\necho 'the forge is being maintained' >&2\nexit 1\n");
        await chmod(hook, 0o755);
      }
      if (wanted === "lock") await writeFile(lock, "");
      return async () => {
        fault = undefined;
        await rm(hook, { force: true });
        await rm(lock, { force: true });
      };
    },
    async write(n, amend) {
      const message = `Somebody else's change ${n}`;
      const tip = await git("rev-parse", "main");
      const commit = await commitOf(git, tip, n, message);
      // As a push does: only when main is still where it was.
      await git("update-ref", "refs/heads/main", commit, tip);
      if (!amend) return;
      const again = await commitOf(git, tip, n, `${message}, said better`);
      await git("update-ref", "refs/heads/main", again, commit);
    },
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** A commit on `tip` that sets one file, made without a working tree. */
async function commitOf(git: Forge["git"], tip: string, n: number, message: string): Promise<string> {
  const lines = (await git("ls-tree", tip)).split("\n");
  const old = lines.find((line) => line.endsWith("\tNOTES.md"));
  const folder = await git("rev-parse", "--absolute-git-dir");
  const text = await withInput(folder, ["hash-object", "-w", "--stdin"], `Note ${n}: ${message}\n`);
  const tree = [...lines.filter((line) => line !== old), `100644 blob ${text}\tNOTES.md`].join("\n");
  const made = await withInput(folder, ["mktree"], `${tree}\n`);
  return git("-c", "commit.gpgsign=false", "commit-tree", made, "-p", tip, "-m", message);
}

function withInput(repository: string, args: readonly string[], input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile("git", ["--git-dir", repository, ...args], { env: isolated }, (error, stdout) =>
      error === null ? resolve(stdout.trim()) : reject(error),
    );
    child.stdin?.end(input);
  });
}

function serve(backend: string, root: string, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, search } = new URL(request.url ?? "/", "http://localhost");
  const cgi = spawn(backend, {
    env: {
      ...isolated,
      GIT_PROJECT_ROOT: root,
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
  // Whoever asked may be killed meanwhile.
  cgi.stdin.on("error", () => undefined);
  request.pipe(cgi.stdin);
  const parts: Buffer[] = [];
  cgi.stdout.on("data", (part: Buffer) => parts.push(part));
  cgi.on("close", () => {
    const output = Buffer.concat(parts);
    const end = output.indexOf("\r\n\r\n");
    const lines = output.toString("latin1", 0, Math.max(0, end)).split("\r\n");
    const headers = Object.fromEntries(lines.map((line) => line.split(/: (.*)/s).slice(0, 2) as [string, string]));
    const { Status: status = end < 0 ? "500" : "200", ...rest } = headers;
    if (end < 0) response.writeHead(500).end();
    else response.writeHead(Number.parseInt(status, 10), rest).end(output.subarray(end + 4));
  });
}
