/** The routes that need no token: they hold nothing of what the school knows. */
import { PROBLEM_KINDS } from "../problem-kinds.ts";
import type { Operation } from "./operation.ts";
import { Looked, Probe, ProblemKind, ProblemKinds, WebhookDelivery } from "./schemas-operating.ts";

const [firstKind] = PROBLEM_KINDS;

function probe(path: string, id: string, summary: string, problems: readonly number[]): Operation {
  const answer = { description: "Yes", schema: Probe, example: { status: "ok", build: "0.1.0+3f9c1a7be0d2" } };
  return { method: "get", path, id, area: "Open", role: "open", summary, answer, problems };
}
function page(path: string, id: string, summary: string): Operation {
  const answer = { description: "The page", others: { "text/html": "The dashboard" } };
  return { method: "get", path, id, area: "Open", role: "open", summary, answer, problems: [503] };
}

export const openRoutes: readonly Operation[] = [
  probe("/health", "isAlive", "Is the process alive?", []),
  probe("/health/liveness", "isAliveToo", "The same, as Knative's tools call it", []),
  probe("/ready", "isReady", "Does it reach Redis?", [503]),
  probe("/health/readiness", "isReadyToo", "The same, as Knative's tools call it", [503]),
  {
    method: "get",
    path: "/metrics",
    id: "getMetrics",
    area: "Open",
    role: "open",
    summary: "Metrics for Prometheus",
    answer: { description: "All metrics", others: { "text/plain": "Prometheus' text format" } },
  },
  page("/", "openDashboard", "The dashboard; its data comes from this API"),
  page("/improvements", "openImprovements", "The dashboard, at all improvements"),
  page("/improvements/:id", "openImprovement", "The dashboard, at one improvement"),
  page("/knowledge", "openKnowledge", "The dashboard, at what is known of the platform"),
  page("/review", "openReview", "The dashboard, at what waits for a person"),
  page("/router", "openRouter", "The dashboard, at the router"),
  page("/sources", "openSources", "The dashboard, at what the school learns from"),
  page("/settings", "openSettings", "The dashboard, at what the school may do by itself"),
  page("/dead-letters", "openDeadLetters", "The dashboard, at events that no stage could settle"),
  page("/audit", "openAudit", "The dashboard, at who did what, when and why"),
  {
    method: "get",
    path: "/ui/:name",
    id: "getDashboardFile",
    area: "Open",
    role: "open",
    summary: "A script, style or picture of the dashboard",
    answer: { description: "The file", others: { "*/*": "By its name" } },
    problems: [404, 503],
  },
  {
    method: "get",
    path: "/api/openapi.json",
    id: "getDescription",
    area: "Open",
    role: "open",
    summary: "This description",
    answer: { description: "OpenAPI 3.1", others: { "application/json": "OpenAPI 3.1" } },
  },
  {
    method: "get",
    path: "/problems",
    id: "listProblemKinds",
    area: "Open",
    role: "open",
    summary: "What the `type` of each problem means",
    answer: { description: "All kinds", schema: ProblemKinds, example: { problems: [firstKind] } },
  },
  {
    method: "get",
    path: "/problems/:name",
    id: "getProblemKind",
    area: "Open",
    role: "open",
    summary: "What the `type` of one problem means",
    answer: { description: "The kind", schema: ProblemKind, example: firstKind },
    problems: [404],
  },
  {
    method: "post",
    path: "/webhooks/github",
    id: "receiveGitHubWebhook",
    area: "Open",
    role: "open",
    summary: "GitHub tells of a pull request, whose improvement is looked at now, or of a push, and the index is",
    description:
      "Its secret is GITHUB_WEBHOOK_SECRET, its content type application/json, its events are pull requests and their reviews, pushes, and issues where they are known issues.",
    headers: [
      { name: "x-hub-signature-256", description: "HMAC-SHA256 of the body, as GitHub makes it" },
      { name: "x-github-event", description: "Name of the event" },
    ],
    body: { schema: WebhookDelivery, example: { action: "closed" } },
    answer: { description: "Whether something waited for it", schema: Looked, example: { looked: true } },
    problems: [400, 401, 404],
  },
];
