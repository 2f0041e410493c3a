/** GET /api/openapi.json: the committed description of this API. Open to everybody; it holds no data. */
import { Hono } from "hono";

export function openapiApi(): Hono {
  return new Hono().get("/", async (context) => {
    // Loaded when somebody asks: most coordinators never show it, and idle memory counts.
    const { default: description } = await import("../openapi.json", { with: { type: "json" } });
    return context.json(description);
  });
}
