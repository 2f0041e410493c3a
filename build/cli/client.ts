/** Calls to the coordinator's API. Whatever goes wrong becomes a sentence that says what to do. */
import { Failure } from "./failure.ts";
import type { Address } from "./find-school.ts";
import { hintOf } from "./hint.ts";
import { harmless } from "./terminal.ts";

export interface Client {
  readonly url: string;
  /** The parsed JSON answer. Throws Failure with the coordinator's own words when it refuses. */
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body?: unknown): Promise<T>;
  put<T>(path: string, body: unknown): Promise<T>;
  delete<T>(path: string, body?: unknown): Promise<T>;
  /** The bare request with the token in it, for answers that never end. */
  fetch(address: string | URL, init?: RequestInit): Promise<Response>;
}

/** A doctor's visit over many records takes a while. */
const TIMEOUT_MS = 120_000;

/** The school does not answer at all: those who wait may try again. */
export class Unreachable extends Failure {}

export function clientOf({ url, token }: Address): Client {
  async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch((error: unknown) => {
      throw new Unreachable(`the school at ${url} does not answer (${reason(error)}); is it running? \`npm start\``);
    });
    const text = await response.text();
    const answer = parsed(text);
    if (response.ok && answer !== undefined) return answer as T;
    throw failureOf(url, path, response.status, answer);
  }
  return {
    url,
    get: (path) => call("GET", path),
    post: (path, body = {}) => call("POST", path, body),
    put: (path, body) => call("PUT", path, body),
    delete: (path, body) => call("DELETE", path, body),
    fetch(address, init = {}) {
      const headers = new Headers(init.headers);
      headers.set("authorization", `Bearer ${token}`);
      return fetch(address, { ...init, headers });
    },
  };
}

/** Why a school did not do what it was asked, in its own words where it has some. */
export async function failureIn(url: string, response: Response): Promise<Failure> {
  const { pathname } = new URL(response.url);
  return failureOf(url, pathname, response.status, parsed(await response.text()));
}

/** Passes by itself: asked too often, not ready. */
const PASSES = [429, 503];

function failureOf(url: string, path: string, status: number, answer: unknown): Failure {
  const { detail } = (answer ?? {}) as { detail?: unknown };
  if (status === 503 && typeof detail !== "string") return new Unreachable("the school is not ready");
  if (typeof detail !== "string") return new Failure(`${url} answered ${status}; is that a school? Check SCHOOL_URL`);
  const hint = hintOf(status, path);
  const text = harmless(hint === undefined ? detail : `${detail} ${hint}`);
  return PASSES.includes(status) ? new Unreachable(text) : new Failure(text);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON, so not from a school: the caller says so with the status.
    return undefined;
  }
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause as { code?: string; message?: string } | undefined;
  return cause?.code ?? cause?.message ?? error.message;
}
