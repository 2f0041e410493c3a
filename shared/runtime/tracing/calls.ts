/**
 * Child spans of what a handler calls: HTTP (models, Kubernetes, Prometheus, forges, Qdrant) and git, heard of through
 * Node's diagnostics channels, so that no adapter knows of traces. Addresses are cut down to the host: paths and queries
 * may hold secrets.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { ChildProcess } from "node:child_process";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { ClientRequest, IncomingMessage } from "node:http";
import path from "node:path";
import { type Context, type Span, SpanKind, SpanStatusCode, type Tracer } from "@opentelemetry/api";

interface UndiciRequest {
  readonly origin?: string | URL;
  readonly method: string;
}

export function childSpans() {
  const inside = new AsyncLocalStorage<Context>();
  const open = new WeakMap<object, Span>();
  let tracer: Tracer | undefined;

  function begin(key: object, name: string, attributes: Record<string, string>): void {
    const parent = inside.getStore();
    if (parent === undefined || tracer === undefined) return;
    open.set(key, tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes }, parent));
  }
  function end(key: object, attributes: Record<string, number>, problem?: string): void {
    const span = open.get(key);
    if (span === undefined) return;
    open.delete(key);
    span.setAttributes(attributes);
    if (problem !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: problem });
    span.end();
  }
  function http(key: object, method: string, host: string): void {
    begin(key, `${method} ${host}`, { "http.request.method": method, "server.address": host });
  }
  function answered(key: object, status: number): void {
    end(key, { "http.response.status_code": status }, status >= 400 ? `HTTP ${status}` : undefined);
  }
  function git(child: ChildProcess): void {
    if (!/^git(\.exe)?$/.test(path.basename(child.spawnfile ?? ""))) return;
    begin(child, `git ${subcommand(child.spawnargs)}`, { "process.executable.name": "git" });
    child.once("close", (code) => end(child, { "process.exit.code": code ?? -1 }));
  }

  const heard: readonly (readonly [string, (message: never) => void])[] = [
    [
      "undici:request:create",
      ({ request }: { request: UndiciRequest }) => http(request, request.method, hostOf(request)),
    ],
    [
      "undici:request:headers",
      ({ request, response }: { request: UndiciRequest; response: { statusCode: number } }) =>
        answered(request, response.statusCode),
    ],
    ["undici:request:error", ({ request }: { request: UndiciRequest }) => end(request, {}, "no answer")],
    [
      "http.client.request.start",
      ({ request }: { request: ClientRequest }) => http(request, request.method, request.host),
    ],
    [
      "http.client.response.finish",
      ({ request, response }: { request: ClientRequest; response: IncomingMessage }) =>
        answered(request, response.statusCode ?? 0),
    ],
    ["http.client.request.error", ({ request }: { request: ClientRequest }) => end(request, {}, "no answer")],
    // It has its arguments only when it was spawned, later in the same turn.
    ["child_process", ({ process: child }: { process: ChildProcess }) => queueMicrotask(() => git(child))],
  ];
  const listeners = heard.map(([name, listen]) => [name, listen as unknown as (message: unknown) => void] as const);

  return {
    follow(by: Tracer): void {
      tracer = by;
      for (const [name, listener] of listeners) subscribe(name, listener);
    },
    stop(): void {
      for (const [name, listener] of listeners) unsubscribe(name, listener);
    },
    /** Calls made in `call`, and by what it starts, are children of the context's span. */
    within: <Result>(context: Context, call: () => Result): Result => inside.run(context, call),
    outside: <Result>(call: () => Result): Result => inside.exit(call),
  };
}

function hostOf({ origin }: UndiciRequest): string {
  if (origin === undefined) return "unknown";
  return URL.canParse(String(origin)) ? new URL(String(origin)).hostname : "unknown";
}

/** The first argument after git's own options. */
function subcommand(args: readonly string[]): string {
  for (let i = 1; i < args.length; i += 1) {
    const one = args[i] ?? "";
    if (one === "-c" || one === "-C" || one === "--git-dir" || one === "--work-tree") i += 1;
    else if (!one.startsWith("-")) return /^[a-z-]{1,30}$/.test(one) ? one : "?";
  }
  return "?";
}
