/** What the dashboard's pages ask as they are opened, filtered and searched, beside the lists of questions.ts. */
import type { Question } from "./clients.ts";

/** Of something that is there. */
interface Known {
  /** The beginning of an improvement's id is looked up, and its audit. */
  readonly id: string;
  readonly source: string;
  readonly application: string;
  /** A moment among the oldest tenth of all moves, ISO 8601. */
  readonly old: string;
  /** Of the audit, far behind its newest entry. */
  readonly deepAudit: string;
}

export function pageQuestions(url: string, { id, source, application, old, deepAudit }: Known): Question[] {
  const list = `${url}/api/improvements`;
  const audit = `${url}/api/audit`;
  return [
    { name: "GET list, a page of 200 as the dashboard asks", url: `${list}?limit=200` },
    { name: "GET list, by several statuses", url: `${list}?limit=200&status=pending_review&status=held&status=dead` },
    { name: "GET list, by type", url: `${list}?limit=200&type=backup` },
    { name: "GET list, by expert", url: `${list}?limit=200&expert=security` },
    { name: "GET list, by source", url: `${list}?limit=200&source=${source}` },
    { name: "GET list, by approval rule", url: `${list}?limit=200&approval_rule=person` },
    { name: "GET list, by stage that asks", url: `${list}?limit=200&review_stage=approve` },
    { name: "GET list, by Application", url: `${list}?limit=200&application=${application}` },
    { name: "GET list, by old moves", url: `${list}?limit=200&updated_to=${old}` },
    { name: "GET list, search of a beginning", url: `${list}?limit=200&q=me` },
    { name: "GET list, search of one letter", url: `${list}?limit=200&q=m` },
    { name: "GET list, search of two words", url: `${list}?limit=200&q=memory%20limit` },
    { name: "GET list, search within a filter", url: `${list}?limit=200&q=network&status=rejected&category=security` },
    { name: "GET list, search by id", url: `${list}?limit=200&q=${id.slice(0, 8)}` },
    { name: "GET /api/pipeline", url: `${url}/api/pipeline` },
    { name: "GET /api/review", url: `${url}/api/review?limit=200` },
    { name: "GET /api/review, filtered", url: `${url}/api/review?limit=200&status=pending_review&category=security` },
    { name: "GET /api/review, put off", url: `${url}/api/review?limit=200&deferred=yes` },
    { name: "GET /api/router", url: `${url}/api/router` },
    { name: "GET /api/router, outcomes counted", url: `${url}/api/router?labels=all` },
    { name: "GET /api/settings", url: `${url}/api/settings` },
    { name: "GET /api/flags", url: `${url}/api/flags` },
    { name: "GET /api/breaker", url: `${url}/api/breaker` },
    { name: "GET /api/locks", url: `${url}/api/locks` },
    { name: "GET /api/sessions", url: `${url}/api/sessions` },
    { name: "GET /api/notifications", url: `${url}/api/notifications?limit=20` },
    { name: "GET /api/models", url: `${url}/api/models` },
    { name: "GET /api/anomalies", url: `${url}/api/anomalies` },
    { name: "GET /api/knowledge", url: `${url}/api/knowledge` },
    { name: "GET /api/search, no index", url: `${url}/api/search?q=memory` },
    { name: "GET /api/watches", url: `${url}/api/watches` },
    { name: "GET /api/me", url: `${url}/api/me` },
    { name: "GET /api/sources, failed ones", url: `${url}/api/sources?state=failed` },
    { name: "GET one source", url: `${url}/api/sources/${source}` },
    { name: "GET /api/dead-letters, one stage", url: `${url}/api/dead-letters?stage=evaluate&limit=200` },
    { name: "GET /api/dead-letters/discarded", url: `${url}/api/dead-letters/discarded?limit=50` },
    { name: "GET /api/audit", url: audit },
    { name: "GET /api/audit, by a person", url: `${audit}?actor=reviewer-7` },
    { name: "GET /api/audit, a rare action", url: `${audit}?action=breaker.close` },
    { name: "GET /api/audit, an action that never was", url: `${audit}?action=nothing.like.it` },
    { name: "GET /api/audit, of one improvement", url: `${audit}?improvement=${id}` },
    { name: "GET /api/audit, a page deep in it", url: `${audit}?cursor=${deepAudit}` },
  ];
}
