/**
 * Anthropic's Messages API as far as the stand-in speaks it. The request's schema takes nothing that the vendor's own type
 * has not; its answers are of the vendor's type.
 */
import type Anthropic from "@anthropic-ai/sdk";
import * as z from "zod";
import type { Answered, Counted, Reply, Wire } from "./wire.ts";

interface Marked {
  readonly cache_control?: { readonly ttl?: "5m" | "1h" | undefined } | undefined;
}
function longerFirst(blocks: readonly Marked[]): boolean {
  const lives = blocks.flatMap(({ cache_control: mark }) => (mark === undefined ? [] : [mark.ttl ?? "5m"]));
  return !lives.join(" ").includes("5m 1h");
}

const Request = z.strictObject({
  model: z.string().min(1),
  max_tokens: z.number().int().positive(),
  system: z
    .array(
      z.strictObject({
        type: z.literal("text"),
        text: z.string().min(1),
        cache_control: z
          .strictObject({ type: z.literal("ephemeral"), ttl: z.enum(["5m", "1h"]).optional() })
          .optional(),
      }),
    )
    .refine((blocks) => blocks.filter((block) => block.cache_control !== undefined).length <= 4, "at most 4 marks")
    .refine(longerFirst, "a mark that lasts an hour must not come after one of five minutes"),
  messages: z.array(z.strictObject({ role: z.enum(["user", "assistant"]), content: z.string().min(1) })).min(1),
  tools: z.array(
    z.strictObject({
      name: z.string().regex(/^[a-zA-Z0-9_-]{1,128}$/),
      description: z.string().optional(),
      // "input_schema does not support oneOf, allOf, or anyOf at the top level"
      input_schema: z
        .looseObject({ type: z.literal("object") })
        .refine((schema) => !("oneOf" in schema || "anyOf" in schema || "allOf" in schema), "no union at the top"),
    }),
  ),
  tool_choice: z.discriminatedUnion("type", [
    z.strictObject({ type: z.literal("tool"), name: z.string(), disable_parallel_tool_use: z.boolean().optional() }),
    z.strictObject({ type: z.literal("auto"), disable_parallel_tool_use: z.boolean().optional() }),
  ]),
  stream: z.literal(false).optional(),
});
type Request = z.infer<typeof Request>;

/** Fails to compile when the schema takes what the vendor's type does not have. */
const asVendor = (request: Request): Anthropic.MessageCreateParams =>
  request as Anthropic.MessageCreateParamsNonStreaming;
const known: readonly (keyof Anthropic.MessageCreateParamsNonStreaming)[] = Request.keyof().options;

export const anthropicWire: Wire = {
  path: "/v1/messages",
  isAuthorised: (headers, key) => headers["x-api-key"] === key || headers.authorization === `Bearer ${key}`,
  wrong(body) {
    const parsed = Request.safeParse(body);
    return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  },
  asked(body) {
    const { system, messages, tools } = asVendor(body as Request) as Request;
    return {
      system: system.map(({ text }) => text).join("\n"),
      prompt: messages.map(({ content }) => content).join("\n"),
      schema: tools[0]?.input_schema,
    };
  },
  refuses(body, { thinks, lacks }) {
    const { tool_choice: choice, system } = body as Request;
    const marks = system.flatMap(({ cache_control: mark }) => mark ?? []);
    if (lacks.includes("lifetimes") && marks.some(({ ttl }) => ttl !== undefined)) {
      return error(
        400,
        "invalid_request_error",
        "system.0.cache_control.ephemeral.ttl: Extra inputs are not permitted",
      );
    }
    if (lacks.includes("marks") && marks.length > 0) {
      return error(400, "invalid_request_error", "system.0.cache_control: Extra inputs are not permitted");
    }
    if (!thinks || choice.type === "auto") return undefined;
    return error(400, "invalid_request_error", "Thinking may not be enabled when tool_choice forces tool use.");
  },
  answer(body, reply, counted) {
    const { model, tools } = body as Request;
    return { status: 200, json: message(model, tools[0]?.name ?? "", reply, counted) };
  },
  error: (status, text) => error(status, TYPES[status] ?? "api_error", text),
};

export const anthropicFields = known;

const TYPES: Readonly<Record<number, string>> = {
  401: "authentication_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
  529: "overloaded_error",
};

function error(status: number, type: string, text: string): Answered {
  return { status, json: { type: "error", error: { type, message: text }, request_id: "req_1" } };
}

function message(
  model: string,
  tool: string,
  reply: Reply,
  { input, output, cached, written }: Counted,
): Partial<Anthropic.Message> {
  const { content, stop_reason } = contentOf(tool, reply);
  return {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model,
    content,
    stop_reason,
    stop_sequence: null,
    usage: {
      input_tokens: input - cached - written,
      output_tokens: output,
      cache_creation_input_tokens: written,
      cache_read_input_tokens: cached,
    } as Anthropic.Usage,
  };
}

function contentOf(tool: string, reply: Reply): Pick<Anthropic.Message, "content" | "stop_reason"> {
  const text = (said: string) => [{ type: "text", text: said, citations: null }] satisfies Anthropic.TextBlock[];
  if ("refusal" in reply) return { content: text(reply.refusal), stop_reason: "refusal" };
  if ("text" in reply) return { content: text(reply.text), stop_reason: "end_turn" };
  const use = {
    type: "tool_use",
    id: "toolu_1",
    name: tool,
    input: "cut" in reply ? {} : reply.value,
    caller: { type: "direct" },
  } as Anthropic.ToolUseBlock;
  return { content: [use], stop_reason: "cut" in reply ? "max_tokens" : "tool_use" };
}
