/** /api/watches: what the school looks at by itself, and having it looked at now. */
import { Hono } from "hono";
import { lookAtWatch, watchStates } from "../../../shared/pipeline/watches.ts";
import { Problem } from "../problem.ts";
import { type Env, needs } from "../request.ts";
import type { School } from "../school.ts";

export function watchesApi({ redis, keys, scripts, watches, tokens, wake, log }: School): Hono<Env> {
  return new Hono<Env>()
    .get("/", needs(tokens, "viewer"), async (context) =>
      context.json({ watches: await watchStates(redis, keys, watches) }),
    )
    .post("/:name/look", needs(tokens, "reviewer"), async (context) => {
      const name = context.req.param("name");
      const watched = watches.find((one) => one.name === name);
      if (watched === undefined)
        throw new Problem(404, `No source is watched as ${name}; \`GET /api/watches\` lists them.`);
      const { asked, event } = await lookAtWatch(scripts, watched, { forced: true });
      wake("ingest");
      log.info({ watch: name, by: context.get("person").name, event, asked }, "somebody has a source looked at");
      return context.json({ watch: name, event, waiting: !asked }, 202);
    });
}
