/** OpenAI's chat completions as far as the stand-in speaks them, checked against the vendor's own types likewise. */
import type OpenAI from "openai";
import * as z from "zod";
import type { Answered, Counted, Reply, Wire } from "./wire.ts";

const name = z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/);
const schema = z.looseObject({ type: z.literal("object") });
const Request = z.strictObject({
  model: z.string().min(1),
  messages: z.array(z.strictObject({ role: z.enum(["system", "user"]), content: z.string().min(1) })).min(1),
  max_completion_tokens: z.number().int().positive().optional(),
  response_format: z
    .strictObject({
      type: z.literal("json_schema"),
      json_schema: z.strictObject({ name, schema, strict: z.literal(false) }),
    })
    .optional(),
  tools: z
    .array(
      z.strictObject({
        type: z.literal("function"),
        function: z.strictObject({ name, description: z.string().optional(), parameters: schema }),
      }),
    )
    .optional(),
  tool_choice: z.strictObject({ type: z.literal("function"), function: z.strictObject({ name }) }).optional(),
  prompt_cache_key: z.string().min(1).max(64).optional(),
  stream: z.literal(false).optional(),
});
type Request = z.infer<typeof Request>;

export const openAiFields: readonly (keyof OpenAI.ChatCompletionCreateParamsNonStreaming)[] = Request.keyof().options;

export const openAiWire: Wire = {
  path: "/v1/chat/completions",
  isAuthorised: (headers, key) => headers.authorization === `Bearer ${key}`,
  wrong(body) {
    const parsed = Request.safeParse(body);
    return parsed.success ? [] : parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  },
  asked(body) {
    const { messages, response_format: format, tools } = body as Request;
    const by = (role: string) =>
      messages
        .filter((one) => one.role === role)
        .map(({ content }) => content)
        .join("\n");
    return {
      system: by("system"),
      prompt: by("user"),
      schema: format?.json_schema.schema ?? tools?.[0]?.function.parameters,
    };
  },
  refuses(body, { lacks }) {
    const { response_format: format, tools, max_completion_tokens: most, prompt_cache_key: key } = body as Request;
    if (key !== undefined && lacks.includes("marks"))
      return error(400, "Unrecognized request argument: prompt_cache_key");
    if (most !== undefined && lacks.includes("limit")) return error(400, "Unknown parameter: 'max_completion_tokens'.");
    if (format !== undefined && lacks.includes("schema")) {
      return error(400, "response_format of type json_schema is not supported by this model");
    }
    if (tools !== undefined && lacks.includes("function")) return error(400, "this model does not support tools");
    return undefined;
  },
  answer(body, reply, counted) {
    return { status: 200, json: completion(body as Request, reply, counted) };
  },
  error,
};

function error(status: number, message: string): Answered {
  const type = status < 500 ? "invalid_request_error" : "server_error";
  return { status, json: { error: { message, type, param: null, code: null } } };
}

function completion({ model, tools }: Request, reply: Reply, counted: Counted): OpenAI.ChatCompletion {
  const { input, output, cached, written } = counted;
  const { message, finish_reason } = choiceOf(tools?.[0]?.function.name, reply);
  return {
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1,
    model,
    choices: [{ index: 0, message: { role: "assistant", ...message }, finish_reason, logprobs: null }],
    usage: {
      prompt_tokens: input,
      completion_tokens: output,
      total_tokens: input + output,
      prompt_tokens_details: { cached_tokens: cached, cache_write_tokens: written },
    },
  };
}

type Choice = OpenAI.ChatCompletion.Choice;

function choiceOf(
  tool: string | undefined,
  reply: Reply,
): { message: Omit<Choice["message"], "role">; finish_reason: Choice["finish_reason"] } {
  if ("refusal" in reply) return { message: { content: null, refusal: reply.refusal }, finish_reason: "stop" };
  if ("text" in reply) return { message: { content: reply.text, refusal: null }, finish_reason: "stop" };
  const whole = "cut" in reply ? '{"because": "it would' : JSON.stringify(reply.value);
  const finish_reason = "cut" in reply ? "length" : tool === undefined ? "stop" : "tool_calls";
  if (tool === undefined) return { message: { content: whole, refusal: null }, finish_reason };
  const call = { id: "call_1", type: "function", function: { name: tool, arguments: whole } } as const;
  return { message: { content: null, refusal: null, tool_calls: [call] }, finish_reason };
}
