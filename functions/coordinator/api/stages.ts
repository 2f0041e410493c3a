/** POST /stages/:stage: one CloudEvent, structured or binary, onto a stage's list, by the injection rules. */
import { Hono } from "hono";
import { rememberHandingIn, rememberInjection } from "../../../shared/pipeline/injected.ts";
import { acceptedTypes, denies, subjectOf } from "../../../shared/pipeline/injection.ts";
import { standingOf } from "../../../shared/pipeline/standing.ts";
import { readEvent } from "../../../shared/runtime/http/cloud-event.ts";
import { STAGES, type StageName } from "../../../shared/stages.ts";
import { Problem } from "../problem.ts";
import { type Env, needs } from "../request.ts";
import type { School } from "../school.ts";

export function stagesApi(school: School): Hono<Env> {
  const { redis, keys, tokens, operations, wake } = school;
  return new Hono<Env>().post("/:stage", needs(tokens, "operator"), async (context) => {
    const stage = stageName(context.req.param("stage"));
    const { req } = context;
    const received = readEvent({ headers: req.header(), body: new Uint8Array(await req.arrayBuffer()) });
    if ("problems" in received) {
      const { status, problems } = received;
      throw new Problem(status, problems.join("; "), { problems, accepts: acceptedTypes(stage) });
    }
    const { event, raw } = received;
    const subject = subjectOf(event);
    // An id that names another key is refused by the event's schema; its key is not even looked at.
    const standing = subject === undefined ? { status: undefined } : await standingOf(redis, keys, subject.id);
    if ("damage" in standing) throw new Problem(409, `${standing.damage}.`);
    const denial = denies(stage, event, standing.status);
    if (denial !== undefined) throw new Problem(denial.status, `${denial.detail}.`);
    // Before the event: a worker may take it at once, and a person must not approve what they proposed.
    if (subject?.brings === true) await rememberInjection(redis, keys, subject.id, context.get("person").name);
    if (stage === "ingest") await rememberHandingIn(redis, keys, event.id, context.get("person").name);
    await operations.enqueue(stage, raw);
    wake(stage);
    context.set("facts", {
      event: event.id,
      type: event.type,
      ...(subject === undefined ? {} : { improvement: subject.id }),
    });
    return context.json({ event: event.id, stage }, 202);
  });
}

function stageName(name: string): StageName {
  const known = STAGES.find((stage) => stage === name);
  if (known === undefined) throw new Problem(404, `There is no stage ${name}; the stages are ${STAGES.join(", ")}.`);
  return known;
}
