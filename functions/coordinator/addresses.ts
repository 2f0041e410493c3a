/** Requests whose address leads nowhere: badly written (400), or known for other methods only (405). */
import type { Context, Hono, MiddlewareHandler } from "hono";
import { Problem } from "./problem.ts";
import type { Env } from "./request.ts";

/** Throws Problem 400 for an address that is not sound percent-encoded UTF-8. */
export const soundAddress: MiddlewareHandler = async function soundAddress(context, next) {
  const address = context.req.url;
  try {
    decodeURIComponent(address);
  } catch {
    throw new Problem(
      400,
      "The address is not percent-encoded UTF-8: after a % come two hexadecimal digits (%25 for %).",
    );
  }
  await next();
};

/** For `notFound`, once all routes are there: 405 with Allow where the address has other methods, 404 elsewhere. */
export function nothingHere(app: Hono<Env>): (context: Context) => Problem {
  const routes = app.routes
    .filter(({ method }) => method !== "ALL")
    .map(({ method, path }) => ({ method, pattern: patternOf(path) }));
  return ({ req: { method, path } }) => {
    const methods = new Set(routes.filter(({ pattern }) => pattern.test(path)).map((route) => route.method));
    if (methods.has("GET")) methods.add("HEAD");
    if (methods.size === 0) return new Problem(404, `${method} ${path} is nothing this school knows.`);
    const allow = [...methods].sort().join(", ");
    return new Problem(405, `${path} knows ${allow}, not ${method}.`, {}, { allow });
  };
}

function patternOf(path: string): RegExp {
  const parts = path.split("/").map((part) => {
    if (part.startsWith(":")) return "[^/]+";
    return part === "*" ? ".*" : part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  });
  return new RegExp(`^${parts.join("/")}/?$`);
}
