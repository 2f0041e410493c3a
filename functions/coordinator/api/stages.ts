/** POST /stages/:stage: one structured CloudEvent onto a stage's list, by the injection rules. */
import { Hono } from "hono";
import { parseEvent } from "../../../shared/domain/events.ts";
import { STATUSES, type Status } from "../../../shared/domain/lifecycle.ts";
import { rememberInjection } from "../../../shared/pipeline/injected.ts";
import { denies, subjectOf } from "../../../shared/pipeline/injection.ts";
import { STAGES, type StageName } from "../../../shared/stages.ts";
import { Problem } from "../problem.ts";
import { type Env, needs } from "../request.ts";
import type { School } from "../school.ts";

const MEDIA = /^application\/(cloudevents\+json|json)\b/i;

export function stagesApi(school: School): Hono<Env> {
  const { redis, keys, tokens, operations, wake } = school;
  return new Hono<Env>().post("/:stage", needs(tokens, "operator"), async (context) => {
    const stage = stageName(context.req.param("stage"));
    if (!MEDIA.test(context.req.header("content-type") ?? "")) {
      throw new Problem(
        415,
        "Send one structured CloudEvent with the header `Content-Type: application/cloudevents+json`.",
      );
    }
    const raw = await context.req.text();
    const parsed = parseEvent(raw);
    if ("problems" in parsed) throw new Problem(400, parsed.problems.join("; "), { problems: parsed.problems });
    const { event } = parsed;
    const subject = subjectOf(event);
    const denial = denies(stage, event, await standing(school, subject?.id));
    if (denial !== undefined) throw new Problem(denial.status, `${denial.detail}.`);
    // Before the event: a worker may take it at once, and a person must not approve what they proposed.
    if (subject?.brings === true) await rememberInjection(redis, keys, subject.id, context.get("person").name);
    await operations.enqueue(stage, raw);
    wake(stage);
    return context.json({ event: event.id, stage }, 202);
  });
}

async function standing({ redis, keys }: School, id: string | undefined): Promise<Status | undefined> {
  // An id that names another key is refused by the rules; its key is not even looked at.
  if (id === undefined) return undefined;
  const type = await redis.type(keys.record(id));
  if (type === "none") return undefined;
  if (type !== "hash") throw new Problem(409, `The key of improvement ${id} holds a ${type}, not a record.`);
  const status = await redis.hget(keys.record(id), "status");
  const known = STATUSES.find((one) => one === status);
  if (known === undefined) throw new Problem(409, `The record of improvement ${id} has no status; run school doctor.`);
  return known;
}

function stageName(name: string): StageName {
  const known = STAGES.find((stage) => stage === name);
  if (known === undefined) throw new Problem(404, `There is no stage ${name}; the stages are ${STAGES.join(", ")}.`);
  return known;
}
