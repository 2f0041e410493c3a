/**
 * Anthropic's Messages API as far as the stand-in speaks it. The request's schema takes nothing that the vendor's own type
 * has not; its answers are of the vendor's type.
 */
import type Anthropic from "@anthropic-ai/sdk";
import * as z from "zod";
import { type Answered, type Reply, VALUE_TOKENS, type Wire } from "./wire.ts";

const Request = z.strictObject({
  model: z.string().min(1),
  max_tokens: z.number().int().positive(),
  system: z.array(
    z.strictObject({
      type: z.literal("text"),
      text: z.string().min(1),
      cache_control: z.strictObject({ type: z.literal("ephemeral") }).optional(),
    }),
  ),
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
  refuses(body, { thinks }) {
    const { tool_choice: choice } = body as Request;
    if (!thinks || choice.type === "auto") return undefined;
    return error(400, "invalid_request_error", "Thinking may not be enabled when tool_choice forces tool use.");
  },
  answer(body, reply) {
    const { model, tools } = body as Request;
    return { status: 200, json: message(model, tools[0]?.name ?? "", reply) };
  },
  error: (status, text) => error(status, status === 401 ? "authentication_error" : "api_error", text),
};

export const anthropicFields = known;

function error(status: number, type: string, text: string): Answered {
  return { status, json: { type: "error", error: { type, message: text }, request_id: "req_1" } };
}

function message(model: string, tool: string, reply: Reply): Partial<Anthropic.Message> {
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
      input_tokens: 100,
      output_tokens: VALUE_TOKENS,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 900,
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
