/**
 * Calls to the Kubernetes API over the official client's configuration, authentication and transport. Answers stay
 * plain JSON: the client's typed models would drop fields they do not know and carry 2 MB of code.
 */
import type { Configuration, HttpMethod } from "@kubernetes/client-node";
import { PermanentError, RetryLater } from "../runtime/errors.ts";
import { conceal, keepSecret } from "../runtime/secrets.ts";
import { type ClusterSettings, loadKubeConfig } from "./kube-config.ts";
import { keepConnections } from "./kube-connections.ts";
import { askAgain } from "./kube-retry.ts";
import { withinLimit } from "./time-limit.ts";

/** A path under the API server, its query, and what is asked for in words, for error messages ("get pods in shop"). */
export interface KubeRequest {
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly what: string;
  readonly signal?: AbortSignal | undefined;
}

export interface KubeClient {
  /** The parsed answer; undefined when the object does not exist (404). */
  get(request: KubeRequest): Promise<unknown>;
  /** The answer's text; undefined on 404 and on 400 (the log of a container that has not started). */
  text(request: KubeRequest): Promise<string | undefined>;
  /** JSON merge patch (RFC 7386); undefined when the object does not exist. */
  mergePatch(request: KubeRequest, patch: unknown): Promise<unknown>;
  /**
   * Asks for something and leaves it to the caller what the answer means, refusals included. Throws RetryLater only when
   * there is no answer.
   */
  ask(method: "POST" | "PATCH", request: KubeRequest, body: unknown, contentType: string): Promise<KubeAnswer>;
}

export interface KubeAnswer {
  readonly status: number;
  /** The text of the Status object the server refuses with; empty where it does not refuse. */
  readonly message: string;
  /** What the server remarks beside its answer (`Warning` headers). */
  readonly warnings: readonly string[];
}

/** One exchange with the API server. Throws RetryLater when there is no answer within `limitMs`. */
export type Transport = (
  method: string,
  request: KubeRequest,
  limitMs: number,
  body: Body | undefined,
) => Promise<Answer>;

/**
 * Creates a client. Unless it is given another way, the official client is loaded by the first call, so that a cold start
 * does not wait for it.
 */
export function kubeClient(settings: ClusterSettings, transport: Transport = officialTransport(settings)): KubeClient {
  const call = async (method: string, request: KubeRequest, body?: Body): Promise<Answer> => {
    const once = () => transport(method, request, settings.KUBE_TIMEOUT_MS, body);
    return method === "GET" ? askAgain(once, settings.KUBE_TIMEOUT_MS, request.signal) : once();
  };
  return {
    async get(request) {
      const answer = await call("GET", request);
      return answer.status === 404 ? undefined : parsed(accepted(answer, request), request);
    },
    async text(request) {
      const answer = await call("GET", request);
      return answer.status === 404 || answer.status === 400 ? undefined : accepted(answer, request).body;
    },
    async mergePatch(request, patch) {
      const answer = await call("PATCH", request, { text: JSON.stringify(patch), type: MERGE_PATCH });
      return answer.status === 404 ? undefined : parsed(accepted(answer, request), request);
    },
    async ask(method, request, body, type) {
      const answer = await call(method, request, { text: JSON.stringify(body), type });
      const isRefusal = answer.status < 200 || answer.status >= 300;
      return {
        status: answer.status,
        message: isRefusal ? statusMessage(answer.body) : "",
        warnings: warningsIn(answer.warning ?? ""),
      };
    },
  };
}

const MERGE_PATCH = "application/merge-patch+json";

export interface Body {
  readonly text: string;
  readonly type: string;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly retryAfter: string | undefined;
  readonly warning: string | undefined;
}

/** `299 - "text"`, one after the other (RFC 7234, 5.5; what the API server writes). */
function warningsIn(header: string): readonly string[] {
  return [...header.matchAll(/\d{3} \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, text = ""]) => text.replace(/\\(.)/g, "$1"));
}

function officialTransport(settings: ClusterSettings): Transport {
  let connecting: Promise<Configuration> | undefined;
  return async (method, request, limitMs, body) => {
    connecting ??= connect(settings);
    return send(await connecting, method as HttpMethod, request, limitMs, body);
  };
}

async function connect(settings: ClusterSettings): Promise<Configuration> {
  const { KubeConfig } = await import("./kube-official.ts");
  const config = keepConnections(loadKubeConfig(new KubeConfig(), () => new KubeConfig(), settings));
  for (const { token, password } of config.users) for (const secret of [token, password]) keepSecret(secret);
  // makeApiClient hands its configuration to the class it is given; ours only keeps it.
  return config.makeApiClient(RawApi).configuration;
}

class RawApi {
  readonly configuration: Configuration;
  constructor(configuration: Configuration) {
    this.configuration = configuration;
  }
}

async function send(
  configuration: Configuration,
  method: HttpMethod,
  request: KubeRequest,
  timeoutMs: number,
  body?: Body,
): Promise<Answer> {
  const context = configuration.baseServer.makeRequestContext(request.path, method);
  context.setHeaderParam("Accept", "application/json, */*;q=0.8");
  context.setHeaderParam("User-Agent", "cortex-online-school");
  for (const [name, value] of Object.entries(request.query ?? {})) context.setQueryParam(name, value);
  if (body !== undefined) {
    context.setHeaderParam("Content-Type", body.type);
    context.setBody(body.text);
  }
  // An unusable kubeconfig fails here; that is no outage, so its error keeps its own fate.
  await configuration.authMethods.default?.applySecurityAuthentication(context);
  try {
    return await withinLimit(timeoutMs, request.signal, async (signal) => {
      context.setSignal(signal);
      const response = await configuration.httpApi.send(context).toPromise();
      const text = await response.body.text();
      const { "retry-after": retryAfter, warning } = response.headers;
      return { status: response.httpStatusCode, body: text, retryAfter, warning };
    });
  } catch (error) {
    throw noAnswer(request, error);
  }
}

/** Why there was no answer, as the caller gets it: its own reason where it gave up itself. */
export function noAnswer({ signal, what }: KubeRequest, error: unknown): unknown {
  if (signal?.aborted === true) return signal.reason;
  return new RetryLater(`Kubernetes: cannot ${what}: ${reason(error)}`, 5_000, { cause: error });
}

/** Why the API server refused, beside the words: the `cause` of the errors a refusal is turned into. */
class Refusal extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`HTTP ${status}`);
    this.name = "Refusal";
    this.status = status;
  }
}

/** The status an error of a call came with; undefined when there was no answer at all. */
export function refusedWith(error: unknown): number | undefined {
  const { cause } = error instanceof Error ? error : {};
  return cause instanceof Refusal ? cause.status : undefined;
}

/** Turns a refusal into its fate: overload and outage pass, a missing permission needs somebody to act. */
function accepted(answer: Answer, { what }: KubeRequest): Answer {
  const { status } = answer;
  if (status >= 200 && status < 300) return answer;
  const message = `Kubernetes: cannot ${what}: ${status} ${statusMessage(answer.body)}`;
  const cause = new Refusal(status);
  // Somebody can grant a permission meanwhile, so these two back off instead of giving up at once.
  if (status === 401) throw new Error(`${message} (the API server does not accept these credentials)`, { cause });
  if (status === 403) throw new Error(`${message} (a role that allows "${what}" is missing)`, { cause });
  if (status === 429 || status >= 500 || status === 409) {
    const seconds = Number(answer.retryAfter);
    throw new RetryLater(message, Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : 5_000, { cause });
  }
  throw new PermanentError(message, { cause });
}

/** The text of a Kubernetes Status object, else the start of whatever came. */
function statusMessage(body: string): string {
  try {
    const { message } = JSON.parse(body) as { message?: unknown };
    if (typeof message === "string") return conceal(message).slice(0, 500);
  } catch {
    // Not JSON: a proxy's page. Its first words say enough.
  }
  return conceal(body).slice(0, 200);
}

function parsed({ body }: Answer, { what }: KubeRequest): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw new RetryLater(`Kubernetes: the answer to "${what}" is not JSON`, 5_000, { cause: error });
  }
}

/** undici hides the network's reason ("connect ECONNREFUSED …") in `cause`. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
