/** Turns what GitHub answers, or fails to answer, into the three fates of an error. */
import { RetryLater } from "../../runtime/errors.ts";

/** What a token, or an App, must be allowed for what is asked. */
export type Right =
  | "contents:read"
  | "contents:write"
  | "pull_requests:read"
  | "pull_requests:write"
  | "statuses:write";

/** What is known of a request that did not succeed. */
export interface Failure {
  /** HTTP status; undefined when no answer came. */
  readonly status?: number | undefined;
  /** GitHub's words, or the network's. */
  readonly said: string;
  readonly headers: Readonly<Record<string, string | number | undefined>>;
}

/** GitHub understood and refused: a status the caller knows what to do with. */
export class GitHubRefusal extends Error {
  readonly action: string;
  readonly repository: string;
  readonly status: number;
  readonly said: string;

  constructor(action: string, repository: string, status: number, said: string) {
    super(`cannot ${action} ${repository}: ${status} ${said}`);
    this.name = "GitHubRefusal";
    this.action = action;
    this.repository = repository;
    this.status = status;
    this.said = said;
  }
}

/** No answer, or one that cannot be trusted: whatever was asked may have been done all the same. */
export class NoAnswer extends RetryLater {}

/** Operator's mistakes take a person to mend, so they are tried rarely; the message says what to do. */
export const MISTAKE_RETRY_MS = 60_000;
const UNREACHABLE_RETRY_MS = 15_000;
/** "Wait for at least one minute" (docs.github.com, Rate limits for the REST API), where no time is stated. */
const LIMITED_RETRY_MS = 60_000;
/** The longest a primary rate limit can last. */
const LONGEST_RETRY_MS = 3_600_000;

/** The error for a request whose status the caller does not expect. */
export function fateOf(action: string, repository: string, failure: Failure, right: Right, now: number): Error {
  const { status, said } = failure;
  const cannot = `cannot ${action} ${repository}`;
  if (isLimit(failure)) {
    const afterMs = statedWait(failure, now) ?? LIMITED_RETRY_MS;
    return new RetryLater(`${cannot}: GitHub limits how much may be asked (${said})`, afterMs, { free: true });
  }
  if (status === undefined || status >= 500) {
    const afterMs = statedWait(failure, now) ?? UNREACHABLE_RETRY_MS;
    const answer = status === undefined ? said : `${status} ${said}`;
    // A forge that is down for an hour must not use up the attempts of everything that waits for it.
    return new NoAnswer(`${cannot}: it is out of reach (${answer})`, afterMs, { free: true });
  }
  if (status === 401) {
    const advice = "check GITOPS_TOKEN or GITHUB_TOKEN, or the App's key";
    return new RetryLater(`${cannot}: GitHub does not accept the credentials (${said}); ${advice}`, MISTAKE_RETRY_MS);
  }
  if (status === 403) return notAllowed(new GitHubRefusal(action, repository, status, said), right);
  if (status === 404) {
    const advice = `check GITOPS_REPO, and that the token may see it and has the right ${right}`;
    return new RetryLater(
      `${cannot}: there is no such repository, or the token may not do this (${said}); ${advice}`,
      MISTAKE_RETRY_MS,
    );
  }
  return new GitHubRefusal(action, repository, status, said);
}

/** The fate of a 403 that turned out to be about rights. */
export function notAllowed({ action, repository, said }: GitHubRefusal, right: Right): RetryLater {
  const advice = `the token needs the right ${right}`;
  return new RetryLater(`cannot ${action} ${repository}: not allowed (${said}); ${advice}`, MISTAKE_RETRY_MS);
}

/** Primary and secondary limits come as 429, or as 403 with one of these marks. */
export function isLimit({ status, said, headers }: Failure): boolean {
  if (status === 429) return true;
  if (status !== 403) return false;
  return (
    headers["retry-after"] !== undefined || headers["x-ratelimit-remaining"] === "0" || /rate limit|abuse/i.test(said)
  );
}

/** Milliseconds GitHub asks to wait, by its own clock where it names a moment. */
function statedWait({ headers }: Failure, now: number): number | undefined {
  const seconds = numberIn(headers["retry-after"]);
  if (seconds !== undefined) return bounded(seconds * 1_000);
  const reset = numberIn(headers["x-ratelimit-reset"]);
  if (reset === undefined || headers["x-ratelimit-remaining"] !== "0") return undefined;
  const date = Date.parse(String(headers["date"] ?? ""));
  return bounded(reset * 1_000 - (Number.isNaN(date) ? now : date));
}

function numberIn(header: string | number | undefined): number | undefined {
  const number = header === undefined || header === "" ? Number.NaN : Number(header);
  return Number.isFinite(number) ? number : undefined;
}

function bounded(milliseconds: number): number {
  return Math.min(Math.max(milliseconds, 1_000), LONGEST_RETRY_MS);
}
