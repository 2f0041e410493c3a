/** Why a request brought nothing, in words for whoever looks at the page. */

export type FailureKind = "unreachable" | "signed-out" | "forbidden" | "missing" | "refused" | "broken";

export class Failure extends Error {
  readonly kind: FailureKind;
  readonly title: string;
  /** One for each field that is wrong, where the coordinator says so: `intent.container: …`. */
  readonly problems: readonly string[];

  constructor(kind: FailureKind, title: string, message: string, problems: readonly string[] = []) {
    super(message);
    this.name = "Failure";
    this.kind = kind;
    this.title = title;
    this.problems = problems;
  }

  /** Anything that was thrown; what nobody foresaw is a fault of the page. */
  static from(error: unknown): Failure {
    if (error instanceof Failure) return error;
    return new Failure("broken", "This page failed", error instanceof Error ? error.message : String(error));
  }
}

export function unreachable(): Failure {
  const message = "The coordinator does not answer. What you see may be old; this page tries again by itself.";
  return new Failure("unreachable", "No connection", message);
}

/** From an answer that is an error: problem+json (RFC 9457) where the coordinator wrote it, a plain sentence otherwise. */
export function failureOf(status: number, body: string): Failure {
  const { title, detail, problems } = problemIn(body);
  return new Failure(
    kindOf(status),
    title ?? `The coordinator answered ${status}`,
    detail ?? "Something between this page and the coordinator answered in its place. Try again in a moment.",
    problems,
  );
}

function kindOf(status: number): FailureKind {
  if (status === 401) return "signed-out";
  if (status === 403) return "forbidden";
  if (status === 404) return "missing";
  if (status === 502 || status === 503 || status === 504) return "unreachable";
  return status < 500 ? "refused" : "broken";
}

function problemIn(body: string): { title?: string; detail?: string; problems?: readonly string[] } {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    // A proxy's page, or nothing at all.
    return {};
  }
  if (typeof json !== "object" || json === null) return {};
  const { title, detail, problems } = json as { title?: unknown; detail?: unknown; problems?: unknown };
  return {
    ...(typeof title === "string" ? { title } : {}),
    ...(typeof detail === "string" ? { detail } : {}),
    ...(Array.isArray(problems) ? { problems: problems.filter((one) => typeof one === "string") } : {}),
  };
}
