/** The kinds of problems the API answers with: what the `type` of each means. GET /problems serves this table. */

export interface ProblemKind {
  /** Last part of the problem's `type`, `/problems/<name>`. */
  readonly name: string;
  readonly status: number;
  readonly title: string;
  /** What it means, and what the caller can do. */
  readonly meaning: string;
}

export const PROBLEM_KINDS: readonly ProblemKind[] = [
  {
    name: "not-understood",
    status: 400,
    title: "The request cannot be understood",
    meaning:
      "The address, its query, a header or the body is not what this route reads; `problems` lists each. The same request will never work.",
  },
  {
    name: "token-needed",
    status: 401,
    title: "A token is needed",
    meaning:
      "No bearer token came with the request, or one this school does not know; or the session has ended. Nothing was looked at.",
  },
  {
    name: "role-missing",
    status: 403,
    title: "This role may not do that",
    meaning:
      "Who asks is known, but their role (viewer, reviewer, operator) does not reach: ask somebody whose does. Or a change by cookie did not come from the dashboard's own page; `detail` says which. Nothing was changed.",
  },
  {
    name: "not-found",
    status: 404,
    title: "Not found",
    meaning: "There is nothing of that name, or nothing at that address.",
  },
  {
    name: "method-not-allowed",
    status: 405,
    title: "Method not allowed",
    meaning: "The address exists, but not for this method; the header `Allow` names those it has.",
  },
  {
    name: "too-slow",
    status: 408,
    title: "The request came too slowly",
    meaning: "Its headers took longer than ten seconds or all of it longer than a minute; the connection was closed.",
  },
  {
    name: "refused",
    status: 409,
    title: "Refused in the present state",
    meaning:
      "What was asked for does not fit how things stand now: a status, a lock, a decision somebody else was first with. Nothing was changed. Look again, then decide.",
  },
  {
    name: "too-large",
    status: 413,
    title: "Too large",
    meaning: "The body is larger than this route takes; `detail` names the limit.",
  },
  {
    name: "unsupported-media-type",
    status: 415,
    title: "Unsupported media type",
    meaning: "The header `Content-Type` is missing or names a format this route does not read.",
  },
  {
    name: "rule-broken",
    status: 422,
    title: "The request breaks a rule",
    meaning: "It was understood, but a field is missing or not allowed; `problems` lists each. Nothing was changed.",
  },
  {
    name: "too-many-requests",
    status: 429,
    title: "Too many requests",
    meaning:
      "This token, or this address with unknown tokens, asked more often than it may. The header `Retry-After` says in how many seconds to go on.",
  },
  {
    name: "headers-too-large",
    status: 431,
    title: "The headers are too large",
    meaning: "All headers together may have 16 KB.",
  },
  {
    name: "fault",
    status: 500,
    title: "The coordinator failed",
    meaning: "A fault of the coordinator, or data in Redis that is damaged; `school doctor` and its log say more.",
  },
  {
    name: "unavailable",
    status: 503,
    title: "The school cannot answer now",
    meaning: "Redis is out of reach or refuses, or the coordinator is stopping. Try again after `Retry-After` seconds.",
  },
];

export function kindOf(status: number): ProblemKind {
  const fault = PROBLEM_KINDS.find((kind) => kind.status === 500) as ProblemKind;
  return PROBLEM_KINDS.find((kind) => kind.status === status) ?? fault;
}
