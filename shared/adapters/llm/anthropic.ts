/**
 * LanguageModel over Anthropic's Messages API. The answer is the input of one tool: a union of many kinds is larger than
 * the grammar the API would compile for a strict schema.
 */
import Anthropic from "@anthropic-ai/sdk";
import * as z from "zod";
import type { LanguageModel, ModelAnswer, ModelQuestion } from "../../model-ports.ts";
import { isCutShort, NotTheVendor, objectIn, statusOf, withinLimit } from "./answers.ts";
import type { ModelSettings } from "./settings.ts";

/** What is read of an answer; a proxy in between may send anything. */
const tokens = z.number().nullish();
const Message = z.object({
  stop_reason: z.string().nullish(),
  content: z.array(
    z.object({
      type: z.string(),
      name: z.string().optional(),
      input: z.unknown().optional(),
      text: z.string().optional(),
    }),
  ),
  usage: z.object({
    input_tokens: z.number(),
    output_tokens: z.number(),
    cache_creation_input_tokens: tokens,
    cache_read_input_tokens: tokens,
  }),
});

/** Opens nothing; the first question does. */
export function anthropicModel(settings: ModelSettings): LanguageModel {
  const { apiKey, baseUrl, model = "", timeoutMs } = settings;
  const client = new Anthropic({
    apiKey: apiKey ?? null,
    authToken: null,
    // Not the environment: what is not in the settings is not configured.
    baseURL: baseUrl ?? "https://api.anthropic.com",
    timeout: timeoutMs,
    logLevel: "off",
  });
  /** A model that thinks before it answers cannot be made to call a tool, only asked to. */
  let force = true;

  async function ask(question: ModelQuestion, signal: AbortSignal): Promise<unknown> {
    try {
      return await client.messages.create(request(model, question, force), { signal });
    } catch (error) {
      const forced = force && statusOf(error) === 400 && /tool_choice|thinking/i.test((error as Error).message);
      if (!forced) throw error;
      force = false;
      return client.messages.create(request(model, question, force), { signal });
    }
  }

  return {
    answer: (question, signal) =>
      withinLimit(settings, signal, async (limit) => {
        try {
          return read(await ask(question, limit), question, `anthropic:${model}`);
        } catch (error) {
          if (!isCutShort(error)) throw error;
          const usage = { input: 0, output: 0 };
          return { kind: "unusable", because: "its answer was cut short", model: `anthropic:${model}`, usage };
        }
      }),
  };
}

function request(model: string, { system, prompt, name, schema, maxTokens }: ModelQuestion, force: boolean) {
  return {
    model,
    max_tokens: maxTokens,
    // Tools and system are the same for every question, so they are paid for once in a while.
    system: [{ type: "text", text: system, cache_control: { type: "ephemeral" } }],
    messages: [{ role: "user", content: prompt }],
    tools: [{ name, description: "Takes your answer.", input_schema: { ...schema, type: "object" } }],
    tool_choice: force
      ? { type: "tool", name, disable_parallel_tool_use: true }
      : { type: "auto", disable_parallel_tool_use: true },
  } as const satisfies Anthropic.MessageCreateParams;
}

function read(answer: unknown, { name, maxTokens }: ModelQuestion, model: string): ModelAnswer {
  const parsed = Message.safeParse(answer);
  if (!parsed.success) throw new NotTheVendor("this is no message");
  const { content, stop_reason: stopped, usage: counted } = parsed.data;
  const cached = (counted.cache_creation_input_tokens ?? 0) + (counted.cache_read_input_tokens ?? 0);
  const usage = { input: counted.input_tokens + cached, output: counted.output_tokens };
  const unusable = (because: string): ModelAnswer => ({ kind: "unusable", because, model, usage });
  if (stopped === "refusal") return unusable("the model refuses to answer");
  if (stopped === "max_tokens") return unusable(`its answer was cut off at ${maxTokens} tokens`);
  if (stopped === "model_context_window_exceeded") return unusable("its answer was cut off: the question is too long");
  const call = content.find((block) => block.type === "tool_use" && block.name === name);
  const value = call?.input ?? objectIn(content.map(({ text = "" }) => text).join(""));
  if (value === undefined) return unusable(`it does not call ${name}`);
  return { kind: "answered", value, model, usage };
}
