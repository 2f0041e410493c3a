/**
 * Which events may be pushed to which stage over HTTP. New improvements enter at route, evaluate, validate or plan; from
 * approve on an event carries only an id, and its record must already stand in that stage's status.
 */
import { improvementEvent, REPOSITORY_CHANGED, type SchoolEvent, SOURCE_SUBMITTED } from "../domain/events.ts";
import type { Status } from "../domain/lifecycle.ts";
import { type StageName, stageEntry } from "../stages.ts";

export const ENTRANCES: readonly StageName[] = ["route", "evaluate", "validate", "plan"];

/** What the event is about; `brings` says whether it carries a whole improvement. */
export interface Subject {
  readonly id: string;
  readonly brings: boolean;
}
export interface Denial {
  /** 422: the event can never enter here. 409: not as the record stands now. */
  readonly status: 409 | 422;
  readonly detail: string;
}

/** The improvement an event is about; undefined for a source. */
export function subjectOf(event: SchoolEvent): Subject | undefined {
  const data = event.data as { id?: unknown; improvement?: unknown } | null;
  return typeof data?.id === "string" ? { id: data.id, brings: data.improvement !== undefined } : undefined;
}

/** The types of events a stage takes. */
export function acceptedTypes(stage: StageName): readonly string[] {
  const entry = stageEntry(stage);
  if (entry.kind === "source") return [SOURCE_SUBMITTED];
  if (entry.kind === "keeper") return [REPOSITORY_CHANGED];
  return (entry.kind === "owner" ? [entry.takes] : entry.hears).map(improvementEvent);
}

/** Undefined: it may enter. `standing` is the status of the improvement's record, undefined when there is none. */
export function denies(stage: StageName, event: SchoolEvent, standing: Status | undefined): Denial | undefined {
  const entry = stageEntry(stage);
  if (entry.kind === "source") {
    if (event.type === SOURCE_SUBMITTED) return undefined;
    return rule(`${stage} takes sources: an event of type ${SOURCE_SUBMITTED}`);
  }
  if (entry.kind === "keeper") {
    if (event.type === REPOSITORY_CHANGED) return undefined;
    return rule(`${stage} takes events of type ${REPOSITORY_CHANGED}, not ${event.type}`);
  }
  const types = acceptedTypes(stage);
  const subject = subjectOf(event);
  if (subject === undefined || !types.includes(event.type)) {
    return rule(`${stage} takes events of type ${types.join(" or ")}, not ${event.type}`);
  }
  const { id, brings } = subject;
  if (entry.kind === "observer") {
    if (brings) return rule(`${stage} only listens: send the improvement's id alone`);
    return standing === undefined ? state(`there is no improvement ${id}`) : undefined;
  }
  if (standing !== undefined) return existing(stage, id, brings, standing, entry.takes);
  if (ENTRANCES.includes(stage) && brings) return undefined;
  if (ENTRANCES.includes(stage)) {
    return rule(`there is no improvement ${id}, and the event brings none (data.improvement)`);
  }
  return rule(
    `a new improvement may enter at ${ENTRANCES.join(", ")}; at ${stage} the record of ${id} must already be ${entry.takes}`,
  );
}

function existing(stage: StageName, id: string, brings: boolean, standing: Status, takes: Status): Denial | undefined {
  if (brings) return state(`improvement ${id} exists already (${standing}); send its id alone`);
  if (standing !== takes) return state(`improvement ${id} is ${standing}; ${stage} takes ${takes}`);
  return undefined;
}

function rule(detail: string): Denial {
  return { status: 422, detail };
}

function state(detail: string): Denial {
  return { status: 409, detail };
}
