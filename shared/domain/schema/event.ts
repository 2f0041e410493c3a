/**
 * The version of an event's data: CloudEvents' `dataschema`. An event without one, or with somebody else's, is of version 1:
 * people and other systems write such events. The data of ours only grew so far, so there is one version and no step.
 */
import { NewerSchema, newest, type Step } from "./chain.ts";

const NAME = "urn:cortex-online-school:event:";
const OURS = new RegExp(`^${NAME}([1-9]\\d{0,5})$`);

export const EVENT_STEPS: readonly Step<unknown>[] = [];

/** What this program writes, and the newest it reads. */
export const EVENT_SCHEMA = newest(EVENT_STEPS);

/** `dataschema` of the events this program writes. */
export const DATA_SCHEMA = `${NAME}${EVENT_SCHEMA}`;

function eventSchemaOf(dataschema: unknown): number {
  return Number(OURS.exec(typeof dataschema === "string" ? dataschema : "")?.[1] ?? 1);
}

/** Why an event's data may say what this program cannot understand; undefined when it can. */
export function newerThanRead(event: unknown): NewerSchema | undefined {
  if (typeof event !== "object" || event === null) return undefined;
  const { id, dataschema } = event as { readonly id?: unknown; readonly dataschema?: unknown };
  const version = eventSchemaOf(dataschema);
  return version > EVENT_SCHEMA
    ? new NewerSchema(`the event ${String(id).slice(0, 300)}`, version, EVENT_SCHEMA)
    : undefined;
}
