/** Calls to GitHub over Octokit: one repository, one identity, every answer checked, every failure given its fate. */
import { createAppAuth } from "@octokit/auth-app";
import { Octokit } from "@octokit/core";
import * as z from "zod";
import { conceal } from "../../runtime/secrets.ts";
import { type Failure, fateOf, GitHubRefusal, isLimit, NoAnswer, type Right } from "./fates.ts";
import { addressOf, type GitHubIdentity, type GitHubSettings } from "./settings.ts";

/** Octokit's own typed request, with version and time limit filled in. */
type Send = Octokit["request"];
interface Repository {
  readonly owner: string;
  readonly repo: string;
}

export interface Question<Schema extends z.ZodType> {
  /** What is asked, for messages: "read the branch main of". */
  readonly action: string;
  /** What the answer must look like; fields that nobody reads are left out of it. */
  readonly answer: Schema;
  readonly send: (send: Send, at: Repository) => Promise<{ readonly data: unknown }>;
  /** `contents:read` unless given. */
  readonly right?: Right;
  /** Statuses that come back as GitHubRefusal instead of an error with a fate. */
  readonly expect?: readonly number[];
  readonly signal?: AbortSignal | undefined;
}

export interface GitHubClient {
  /** `github.com/owner/name` */
  readonly repository: string;
  /** Throws RetryLater, GitHubRefusal for an expected status, or the signal's reason. */
  ask<Schema extends z.ZodType>(question: Question<Schema>): Promise<z.infer<Schema>>;
  /** The same for GraphQL; an answer with errors is a failure. */
  query<Schema extends z.ZodType>(
    question: Omit<Question<Schema>, "send" | "expect"> & {
      readonly text: string;
      readonly variables: Readonly<Record<string, unknown>>;
    },
  ): Promise<z.infer<Schema>>;
}

const TIMEOUT_MS = 30_000;

/** Opens nothing; the first question does. */
export function gitHubClient(settings: GitHubSettings): GitHubClient {
  const repository = addressOf(settings);
  const { owner, name, timeoutMs = TIMEOUT_MS } = settings;
  const octokit = new Octokit({
    baseUrl: settings.apiUrl,
    userAgent: "cortex-online-school",
    log: silent,
    request: { log: silent },
    ...authentication(settings.identity),
  });

  async function attempt<Schema extends z.ZodType>(
    { action, answer, right = "contents:read", expect = [], signal }: Omit<Question<Schema>, "send">,
    call: (signal: AbortSignal) => Promise<unknown>,
  ): Promise<z.infer<Schema>> {
    signal?.throwIfAborted();
    const limit = AbortSignal.timeout(timeoutMs);
    let data: unknown;
    try {
      // Octokit keeps reading under the same signal, so a body that stalls ends too.
      data = await call(signal === undefined ? limit : AbortSignal.any([signal, limit]));
    } catch (error) {
      signal?.throwIfAborted();
      const failure = failureOf(error, timeoutMs);
      if (failure.status !== undefined && expect.includes(failure.status) && !isLimit(failure)) {
        throw new GitHubRefusal(action, repository, failure.status, failure.said);
      }
      throw fateOf(action, repository, failure, right, Date.now());
    }
    signal?.throwIfAborted();
    const parsed = answer.safeParse(data);
    if (parsed.success) return parsed.data;
    // Octokit hands on a body that ended early, or that is a proxy's page, as text.
    const said = limit.aborted ? silence(timeoutMs) : "its answer was cut short or is not GitHub's";
    throw new NoAnswer(`cannot ${action} ${repository}: ${said}`, 15_000, { free: true, cause: parsed.error });
  }

  return {
    repository,
    ask: (question) =>
      attempt(question, async (signal) => {
        const send = octokit.request.defaults({ headers: VERSION, request: { signal } });
        return (await question.send(send, { owner, repo: name })).data;
      }),
    query: ({ text, variables, ...question }) =>
      attempt(question, (signal) => octokit.graphql(text, { ...variables, owner, name, request: { signal } })),
  };
}

const VERSION = { "x-github-api-version": "2022-11-28" };
const silent = { debug: quiet, info: quiet, warn: quiet, error: quiet };
function quiet(): void {
  // Whatever goes wrong is in the error, which says it better and holds no secret.
}

function authentication(identity: GitHubIdentity | undefined): ConstructorParameters<typeof Octokit>[0] {
  if (identity === undefined) return {};
  if (identity.kind === "token") return { auth: identity.token };
  const { appId, privateKey, installation: installationId } = identity;
  return { authStrategy: createAppAuth, auth: { appId, privateKey, installationId } };
}

/** Octokit's errors by their shape: they also hold the request, credentials included, which goes no further. */
function failureOf(error: unknown, timeoutMs: number): Failure {
  if (!(error instanceof Error)) throw error;
  const { name, status, response, headers, errors, cause } = error as Error & {
    status?: number;
    response?: { headers?: Failure["headers"]; data?: unknown };
    headers?: Failure["headers"];
    errors?: readonly { message?: unknown; type?: unknown }[];
  };
  if (errors !== undefined && response !== undefined) {
    // GraphQL answers 200 whatever happened.
    const said = short(errors.map(({ message }) => String(message)).join("; "));
    const limited = errors.some(({ type }) => type === "RATE_LIMITED");
    return { status: limited ? 429 : undefined, said, headers: headers ?? {} };
  }
  if (response !== undefined && status !== undefined) {
    return { status, said: messageOf(response.data), headers: response.headers ?? {} };
  }
  if ([error, cause].some((each) => each instanceof Error && each.name === "TimeoutError")) {
    return { said: silence(timeoutMs), headers: {} };
  }
  // A key that is no key, for example: no network was asked yet.
  if (name !== "HttpError") throw new Error(`GitHub cannot be asked: ${short(error.message)}`);
  return { said: short(error.message), headers: {} };
}

function silence(timeoutMs: number): string {
  return `it was silent for ${timeoutMs} ms`;
}

const Said = z.object({
  message: z.string(),
  errors: z
    .array(
      z.union([
        z.string(),
        z.object({ message: z.string() }).transform(({ message }) => message),
        z.object({ field: z.string(), code: z.string() }).transform(({ field, code }) => `${field} is ${code}`),
      ]),
    )
    .catch([]),
});

/** What GitHub says, with the parts it lists; of anything else the first words. */
function messageOf(data: unknown): string {
  const said = Said.safeParse(data);
  if (said.success) return short([said.data.message, ...said.data.errors].join("; "));
  return short(typeof data === "string" ? data : JSON.stringify(data)) || "it gave no reason";
}

function short(text: string): string {
  return conceal(text).replace(/\s+/g, " ").trim().slice(0, 500);
}
