/** A function in HTTP mode as a process of its own, from its bundle or from a program, called over real HTTP. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import path from "node:path";
import { DIST } from "../../build/bundle/targets.ts";
import { compileCacheEnv } from "../../build/bundle/warm-up.ts";
import { freePort } from "../../build/local/ports.ts";
import { root } from "../repo/imports.ts";

export const OPERATOR = "the-operators-token";
export const VIEWER = "the-viewers-token";
const FRAMEWORK = path.join(root, "node_modules/.bin/functions-framework");

export interface FunctionAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly type: string;
  readonly text: string;
  // Answers are checked by the tests, field by field.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly json: any;
}

export interface HttpFunctionProcess {
  readonly url: string;
  readonly output: () => string;
  readonly exit: Promise<number | NodeJS.Signals | null>;
  /** One request; `init` as fetch takes it. Posts carry the operator's token unless they bring their own. */
  call(method: string, pathname: string, init?: RequestInit): Promise<FunctionAnswer>;
  /** One structured CloudEvent. */
  post(event: unknown, headers?: Record<string, string>): Promise<FunctionAnswer>;
  kill(signal: NodeJS.Signals): void;
  /** kill -9, and waits for the end. */
  end(): Promise<unknown>;
  /** SIGTERM, and waits for the end. */
  stop(): Promise<number | NodeJS.Signals | null>;
}

/** Everything any stage asks for, leading nowhere: handlers that look outside fail, and their events are tried again. */
const nowhere = {
  KUBECONFIG: "/nonexistent",
  GITOPS_REPO: "/nonexistent",
  PROMETHEUS_URL: "http://127.0.0.1:1",
  APPROVAL_SECRET: "a secret for tests only",
};

export type Variables = Readonly<Record<string, string>>;

/** `dist/<stage>/main.js` with SCHOOL_MODE=http. */
export function startBundle(stage: string, env: Variables): Promise<HttpFunctionProcess> {
  return start([path.join(DIST, stage, "main.js")], { ...compileCacheEnv(path.join(DIST, stage)), ...env });
}

/** The plain command line of the functions-framework over `dist/<stage>`. */
export function startFramework(stage: string, env: Variables): Promise<HttpFunctionProcess> {
  return start([FRAMEWORK, `--target=${stage}`, `--source=${path.join(DIST, stage)}`], env);
}

/** A program of the tests. */
export function startProgram(file: string, env: Variables): Promise<HttpFunctionProcess> {
  return start([path.resolve(root, file)], env);
}

/** A process whose end is all that matters. */
export async function runToEnd(args: readonly string[], env: Variables): Promise<{ code: unknown; output: string }> {
  const { exit, output } = launch(args, env);
  const code = await exit;
  return { code, output: output() };
}
export const bundleMain = (stage: string) => [path.join(DIST, stage, "main.js")];

/** Resolves when the port answers; rejects with the output when the process ends first. */
async function start(args: readonly string[], env: Variables): Promise<HttpFunctionProcess> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const own = randomUUID();
    const launched = launch(args, { ...env, PORT: String(port) }, own);
    if (await isListening(`http://127.0.0.1:${port}`, own, launched.exit)) return handleOf(port, launched);
    if (!/EADDRINUSE|is taken/.test(launched.output()) || attempt === 5)
      throw new Error(`the function ended before it listened:\n${launched.output()}`);
  }
}

function handleOf(port: number, { child, exit, output }: ReturnType<typeof launch>): HttpFunctionProcess {
  const url = `http://127.0.0.1:${port}`;
  const call: HttpFunctionProcess["call"] = async (method, pathname, init = {}) => {
    const headers = { authorization: `Bearer ${OPERATOR}`, ...(init.headers as Record<string, string> | undefined) };
    const response = await fetch(url + pathname, { ...init, method, headers });
    const text = await response.text();
    const type = response.headers.get("content-type") ?? "";
    const json: unknown = /json/.test(type) && text !== "" ? JSON.parse(text) : undefined;
    return { status: response.status, headers: response.headers, type, text, json };
  };
  return {
    url,
    output,
    exit,
    call,
    post: (event, headers = {}) =>
      call("POST", "/", {
        headers: { "content-type": "application/cloudevents+json", ...headers },
        body: typeof event === "string" ? event : JSON.stringify(event),
      }),
    kill: (signal) => void child.kill(signal),
    end() {
      child.kill("SIGKILL");
      return exit;
    },
    stop() {
      child.kill("SIGTERM");
      return exit;
    },
  };
}

/** `own`: a token that only this process knows. */
function launch(args: readonly string[], env: Variables, own = "unused-token") {
  const { PATH = "", HOME = "", TMPDIR } = process.env;
  const common = { PATH, HOME, ...(TMPDIR === undefined ? {} : { TMPDIR }), NODE_ENV: "production" };
  const tokens = { SCHOOL_TOKENS: `operator:otto:${OPERATOR},viewer:vera:${VIEWER},operator:test:${own}` };
  const child: ChildProcess = spawn(process.execPath, args, {
    env: { ...common, ...nowhere, SCHOOL_MODE: "http", LOG_LEVEL: "warn", ...tokens, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const exit = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.once("close", (code, signal) => resolve(code ?? signal));
  });
  return { child, exit, output: () => text };
}

/** Somebody else may have taken the port meanwhile: only the process itself knows its own token. False when it ended. */
async function isListening(url: string, own: string, exit: Promise<unknown>): Promise<boolean> {
  let ended = false;
  void exit.then(() => (ended = true));
  const headers = { authorization: `Bearer ${own}` };
  while (!ended) {
    const status = await fetch(url, { method: "POST", headers }).then(
      (response) => response.status,
      () => undefined,
    );
    if (status !== undefined && status !== 401) return true;
    await new Promise((resolve) => void setTimeout(resolve, 20));
  }
  return false;
}
