/** POST, DELETE /sandbox/faults and GET /sandbox/state: what a test or a demo may do to the stand-in. */
import { Hono } from "hono";
import * as z from "zod";
import { ApiError, badRequest } from "./api-status.ts";
import { FAULT_KINDS, FAULT_TIMES, type Fault } from "./fault-kinds.ts";
import type { InjectedFault } from "./faults.ts";

export interface Controls {
  inject(fault: Fault): InjectedFault;
  /** By name; false when there is no such fault. Without a name, all of them. */
  clear(name?: string): boolean;
  state(): unknown;
}

const faultBody = z.strictObject({
  kind: z.enum(FAULT_KINDS),
  namespace: z.string().min(1).exactOptional(),
  workload: z.string().min(1).exactOptional(),
  when: z.enum(FAULT_TIMES).exactOptional(),
  ratio: z.number().min(0).max(1).exactOptional(),
  milliseconds: z.number().min(0).exactOptional(),
  dependency: z
    .string()
    .regex(/^[a-z0-9-]+(?:\/[a-z0-9-]+)?$/)
    .exactOptional(),
  answer: z.enum(["refused", "503"]).exactOptional(),
});

export function controls(sandbox: Controls): Hono {
  const app = new Hono();
  app.get("/state", (context) => context.json(sandbox.state() as object));
  app.post("/faults", async (context) => {
    const parsed = faultBody.safeParse(await context.req.json().catch(() => undefined));
    if (!parsed.success) throw badRequest(z.prettifyError(parsed.error));
    const { baseline: _internal, ...fault } = sandbox.inject(parsed.data);
    return context.json(fault, 201);
  });
  app.delete("/faults", (context) => {
    sandbox.clear();
    return context.body(null, 204);
  });
  // Names hold slashes, so they come as the rest of the path.
  app.delete("/faults/:name{.+}", (context) => {
    const name = context.req.param("name");
    if (!sandbox.clear(name)) throw new ApiError(404, "NotFound", `no fault ${name} is switched on`);
    return context.body(null, 204);
  });
  return app;
}
