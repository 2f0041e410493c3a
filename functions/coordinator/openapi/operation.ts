/** How one route of the coordinator is described. */
import type * as z from "zod";
import type { Role } from "../../../shared/runtime/tokens.ts";

export interface Operation {
  readonly method: "get" | "post" | "put" | "delete";
  /** As Hono writes it, `/api/improvements/:id`. */
  readonly path: string;
  /** A name for programs that are generated from the description. */
  readonly id: string;
  readonly area: "Improvements" | "Sources" | "Knowledge" | "Dead letters" | "Operating" | "Events" | "Open";
  /** Least role of the token; `open`: none is needed. */
  readonly role: Role | "open";
  readonly summary: string;
  readonly description?: string;
  readonly query?: z.ZodObject;
  readonly headers?: readonly Parameter[];
  readonly body?: Body;
  readonly answer: Answer;
  /** Statuses of problems beside those that any route may answer with. */
  readonly problems?: readonly number[];
}
export interface Parameter {
  readonly name: string;
  readonly description: string;
}
interface Body {
  /** False: an empty body counts as `{}`. */
  readonly required?: boolean;
  /** Media types beside JSON whose body is the text itself. */
  readonly texts?: readonly string[];
  readonly schema: z.ZodType;
  readonly example: unknown;
  /** Instead of application/json. */
  readonly media?: string;
}
interface Answer {
  readonly status?: 200 | 202;
  readonly description: string;
  readonly schema?: z.ZodType;
  readonly example?: unknown;
  /** Other media types this route answers with, and what they hold. */
  readonly others?: Readonly<Record<string, string>>;
  /** Pages have a header Link to the next. */
  readonly paged?: boolean;
}
