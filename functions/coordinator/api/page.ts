/** GET /: the state of the school as a plain page, without scripts. */
import { Hono } from "hono";
import { html } from "hono/html";
import { STATUSES } from "../../../shared/domain/lifecycle.ts";
import { listImprovements } from "../../../shared/pipeline/listing.ts";
import { STAGES } from "../../../shared/stages.ts";
import { type Env, needs } from "../request.ts";
import type { School } from "../school.ts";
import { type SchoolStatus, schoolStatus } from "./status.ts";

const SHOWN = 50;
const SECURITY =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const STYLE =
  "body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1b1b1b;background:#fff}" +
  "table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .8rem .3rem 0;border-bottom:1px solid #ccc}" +
  ".count{white-space:nowrap;margin-right:1.2rem}td.n{font-variant-numeric:tabular-nums}.warn{color:#8a3b00}";

export function pageApi(school: School): Hono<Env> {
  return new Hono<Env>().get("/", needs(school.tokens, "viewer"), async (context) => {
    const status = await schoolStatus(school);
    const newest = await listImprovements(school.redis, school.keys, { limit: SHOWN });
    context.header("content-security-policy", SECURITY);
    context.header("refresh", "10");
    return context.html(page(status, newest));
  });
}

function page(status: SchoolStatus, newest: Awaited<ReturnType<typeof listImprovements>>) {
  const standing = STATUSES.filter((name) => status.counts[name] > 0);
  const warnings = [...status.flags.warnings, status.breaker.because, status.freeze].filter((text) => text !== null);
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Cortex Online School</title><style>${STYLE}</style></head><body>
<h1>Cortex Online School</h1>
<p>Version ${status.version}, ${status.time}. Flags in force: ${status.flags.on.join(", ") || "none"}.
<a href="/api/status">Status as JSON</a>, <a href="/metrics">metrics</a>.</p>
${warnings.map((text) => html`<p class="warn">${text}</p>`)}
<h2>Improvements</h2>
<p>${standing.length === 0 ? "None yet." : standing.map((name) => html`<span class="count"><b>${status.counts[name]}</b> ${name.replaceAll("_", " ")}</span> `)}</p>
<table><tr><th>status</th><th>title</th><th>category</th><th>moved</th></tr>
${newest.map(
  ({ id, status: where, title, category, updated_at: moved }) =>
    html`<tr><td>${where.replaceAll("_", " ")}</td><td><a href="/api/improvements/${encodeURIComponent(id)}">${title ?? id}</a></td><td>${category ?? ""}</td><td>${moved ?? ""}</td></tr>`,
)}</table>
<h2>Stages</h2>
<table><tr><th>stage</th><th>waiting</th><th>in flight</th><th>delayed</th><th>dead</th></tr>
${STAGES.map((name) => {
  const { waiting, inFlight, delayed, dead } = status.stages[name];
  return html`<tr><td>${name}</td><td class="n">${waiting}</td><td class="n">${inFlight}</td><td class="n">${delayed}</td><td class="n">${dead}</td></tr>`;
})}</table>
</body></html>`;
}
