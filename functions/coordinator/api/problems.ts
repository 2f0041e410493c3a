/** GET /problems: what the `type` of a problem means. Open to everybody; it holds nothing of this school. */
import { Hono } from "hono";
import { Problem } from "../problem.ts";
import { PROBLEM_KINDS } from "../problem-kinds.ts";

export function problemsApi(): Hono {
  return new Hono()
    .get("/", (context) => context.json({ problems: PROBLEM_KINDS }))
    .get("/:name", (context) => {
      const name = context.req.param("name");
      const kind = PROBLEM_KINDS.find((one) => one.name === name);
      if (kind === undefined) throw new Problem(404, `There is no problem ${name}; \`GET /problems\` lists them.`);
      return context.json(kind);
    });
}
