/** An improvement as text for a person, part by part; every word of it may come from outside and is made harmless. */
import type { ChangeDescription, FileDiff } from "../../functions/coordinator/diff.ts";
import type { BlastRadius } from "../../shared/domain/blast-radius.ts";
import type { CheckRun, Verification } from "../../shared/domain/health.ts";
import type { Improvement } from "../../shared/domain/improvement.ts";
import type { TrailEntry } from "../../shared/pipeline/records.ts";
import { judgement, modelCalls } from "./judgement.ts";
import { momentOf } from "./moment.ts";
import { forecast, routing } from "./routing.ts";
import { harmless, statusStyle, type Terminal } from "./terminal.ts";

type Lines = readonly string[];

export function describe(
  terminal: Terminal,
  improvement: Improvement,
  trail: readonly TrailEntry[],
  change: ChangeDescription | undefined,
): string {
  const heading = (text: string) => terminal.paint("bold", text);
  const parts: readonly (readonly [title: string, lines: Lines])[] = [
    ["Description", improvement.description === "" ? [] : [improvement.description]],
    ["Quotes", quotes(improvement)],
    ["Relevance", relevance(improvement)],
    ["Routing", routing(improvement)],
    ["Judgement", judgement(improvement)],
    ["Models asked", modelCalls(improvement)],
    ["Validation", validation(improvement)],
    ["Plan", plan(improvement)],
    ["Policy verdict", verdict(improvement)],
    ["Forecast", forecast(improvement)],
    ["Approval", approval(improvement)],
    ["Verification", verification(improvement.verification)],
    ["Verification of the rollback", verification(improvement.rollback_verification)],
    ["Trail", trail.map(trailLine)],
  ];
  const { id, title, status } = improvement;
  const text = [
    `${heading(harmless(title))}  ${terminal.paint(statusStyle(status), status)}  ${harmless(id)}`,
    ...facts(improvement),
    ...parts.flatMap(([name, lines]) => (lines.length === 0 ? [] : ["", heading(name), ...lines.map(indented)])),
  ];
  return [...text, ...diff(terminal, change)].join("\n");
}

function facts(improvement: Improvement): Lines {
  const { category, type, expert, source_title: source, source_url: address, created_at: created } = improvement;
  const { extraction: found } = improvement;
  const known: readonly (readonly [string, string | undefined])[] = [
    ["category", `${category}, ${type}${expert === undefined ? "" : `, expert ${expert}`}`],
    ["source", address === undefined ? source : `${source} (${address})`],
    ["proposed", created],
    ["found by", found === undefined ? undefined : `${found.by}, ${found.confidence} sure`],
    ["asks for a person", question(improvement)],
    ["pull request", improvement.request?.url],
    ["commit", improvement.git_commit],
    ["pull request back", improvement.rollback_request?.url],
    ["rollback commit", improvement.rollback_commit],
    ["failure", improvement.failure_reason],
    ["died of", improvement.dead_reason],
  ];
  return known.flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${harmless(value)}`]));
}

function question({ review_stage: stage, review_reason: reason }: Improvement): string | undefined {
  return stage === undefined ? undefined : `${stage}: ${reason ?? ""}`;
}

function quotes(improvement: Improvement): Lines {
  const { quotes: all, corroborated_by: others = [] } = improvement;
  return [
    ...all.flatMap(({ text, at }) => said(text, at, momentOf(improvement, at))),
    ...others.flatMap(({ source_title: title, source_url, quote: { text, at } }) => [
      `${title} says the same:`,
      ...said(text, at, momentOf(source_url === undefined ? {} : { source_url }, at)),
    ]),
  ];
}

function said(text: string, at: string | undefined, link: string | undefined): Lines {
  return [`${at ?? "--:--:--"}  “${text}”`, ...(link === undefined ? [] : [`          ${link}`])];
}

function relevance({ relevance: value, relevance_basis: basis }: Improvement): Lines {
  if (basis === undefined) return [String(value)];
  const parts = Object.entries(basis.parts).map(([name, part]) => `${name} ${part}`);
  return [`${value} = ${basis.formula}`, parts.join(", ")];
}

function validation({ validation: findings = [] }: Improvement): Lines {
  return findings.flatMap(({ check, result, because, evidence, citations = [] }) => {
    const where = evidence.length === 0 ? "" : ` [${evidence.join(", ")}]`;
    const quotes = citations.map(({ path, from, quote }) => `${" ".repeat(9)}${path}:${from}: “${quote}”`);
    return [`${result.padEnd(8)} ${check}: ${because}${where}`, ...quotes];
  });
}

function plan({ intent, planning, change_set: changeSet, other_targets: others = [] }: Improvement): Lines {
  if (intent === undefined && changeSet === undefined) return [];
  return [
    ...(intent === undefined ? [] : [`intent: ${intent.kind}`]),
    ...(planning === undefined ? [] : [`chosen by ${planning.by}: ${planning.because}`]),
    ...(planning?.doubt === undefined ? [] : [`in doubt: ${planning.doubt}`]),
    ...(changeSet === undefined ? [] : [`application: ${changeSet.application}`, `hash: ${changeSet.hash}`]),
    ...(changeSet?.objects ?? []).map(
      ({ effect, kind, namespace, name }) => `${effect} ${kind} ${namespace ?? ""}/${name}`,
    ),
    ...(others.length === 0 ? [] : [`would also fit: ${others.join(", ")}`]),
    ...reach(planning?.blast_radius),
  ];
}

function reach(radius: BlastRadius | undefined): Lines {
  if (radius === undefined) return [];
  const { direct, transitive, shown } = radius;
  if (direct + transitive === 0) return ["nothing in the repository depends on what it changes"];
  const left = direct + transitive - shown.length;
  return [
    `may hurt ${direct} directly and ${transitive} by way of others:`,
    ...shown.map(({ way }) => `  ${way.join(", ")}`),
    ...(left > 0 ? [`  and ${left} more`] : []),
  ];
}

function verdict({ verdict: given }: Improvement): Lines {
  if (given === undefined) return [];
  return [given.decision, ...given.rules.map(({ rule, decision, message }) => `${decision}: ${rule}: ${message}`)];
}

function approval({ approval: given, approval_rule: rule }: Improvement): Lines {
  if (given === undefined) return rule === undefined ? [] : [`rule ${rule}`];
  const { actor, reason, approvedAt, expiresAt } = given;
  return [`${actor}: ${reason}`, `from ${iso(approvedAt)} until ${iso(expiresAt)}`];
}

function verification(run: Verification | undefined): Lines {
  if (run === undefined) return [];
  const window = `${iso(run.startedAt)} to ${iso(run.endsAt)}${run.extended ? ", extended once" : ""}`;
  return [window, ...Object.entries(run.checks).map(([name, check]) => `${name}: ${checkLine(check)}`)];
}

function checkLine({ applies, because, measurements }: CheckRun): string {
  if (!applies) return `does not apply${because === undefined ? "" : `: ${because}`}`;
  const last = measurements.at(-1);
  if (last === undefined) return "not measured yet";
  return `${last.phase} after ${measurements.length} measurements: ${last.message}`;
}

function trailLine({ at, from, to, by, because }: TrailEntry): string {
  return `${at}  ${from === "" ? "new" : from} -> ${to}  by ${by}: ${because}`;
}

function diff(terminal: Terminal, change: ChangeDescription | undefined): Lines {
  if (change === undefined) return [];
  const note = change.note === undefined ? [] : [harmless(change.note)];
  return ["", terminal.paint("bold", "Diff"), ...note, ...fileLines(terminal, change.files)];
}

/** Files as unified diffs, coloured where there are colours. */
export function fileLines(terminal: Terminal, files: readonly FileDiff[]): Lines {
  return files.flatMap(({ path, effect, diff: patch, content }) =>
    patch === null
      ? [`${effect} ${harmless(path)}, new content:`, ...harmless(content ?? "").split("\n")]
      : harmless(patch)
          .split("\n")
          .map((line) => coloured(terminal, line)),
  );
}

function coloured(terminal: Terminal, line: string): string {
  if (line.startsWith("+")) return terminal.paint("green", line);
  if (line.startsWith("-")) return terminal.paint("red", line);
  return line.startsWith("@@") ? terminal.paint("cyan", line) : line;
}

function indented(line: string): string {
  return `  ${harmless(line).replaceAll("\n", "\n  ")}`;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
