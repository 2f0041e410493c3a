/** The function as the framework knows it. Each main brings its own framework: there must be one registry, not two. */
import type { http } from "@google-cloud/functions-framework";
import type { Logger } from "pino";
import type { StageName } from "../../stages.ts";
import { type Door, LARGEST_BODY, tooLarge } from "./door.ts";
import type { Entrance } from "./entrance.ts";
import type { WithBody } from "./front.ts";
import { problem, send } from "./reply.ts";

/**
 * With the framework's `http` signature, whose handler owns the whole answer: its `cloudevent` signature takes anything for
 * an event and answers a thrown error, a GET and an empty body alike with 500. Checks for itself what the front checks,
 * because a framework may serve it without.
 */
export function registerFunction(
  register: typeof http,
  stage: StageName,
  { door, entrance, log }: { door: Door; entrance: Entrance; log: Logger },
): void {
  register(stage, async (request, response) => {
    try {
      const early = door.answer(request);
      if (early !== undefined) return send(response, early);
      const body = (request as WithBody).rawBody ?? Buffer.alloc(0);
      if (body.byteLength > LARGEST_BODY) return send(response, tooLarge());
      const gone = new AbortController();
      response.once("close", () => gone.abort());
      const { headers } = request;
      send(response, await entrance.receive({ headers, body }, door.caller(request)?.name, gone.signal));
    } catch (error) {
      log.error({ err: error }, "A request failed; this is a fault of the runtime, report it");
      send(response, problem(500, "An unexpected fault; the function's log has the details."));
    }
  });
}
