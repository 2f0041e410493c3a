/**
 * An endpoint of chat completions: OpenAI's own and whatever speaks like it (llm-d, vLLM, Ollama, gateways). Servers differ
 * in how an answer can be given a form; what one refuses is not asked of it again.
 */
import { hash } from "node:crypto";
import OpenAI from "openai";
import * as z from "zod";
import type { ModelUsage } from "../../domain/model-call.ts";
import type { ModelQuestion } from "../../model-ports.ts";
import type { Endpoint, EndpointReply } from "../../models/endpoint.ts";
import { spentFor } from "../../models/rates.ts";
import { NotTheVendor, objectIn, statusOf } from "./answers.ts";
import { oneTry } from "./one-try.ts";
import { keysOf, type ModelSettings, nameOf } from "./settings.ts";

/** From the strongest to the weakest: the server keeps to the schema, it takes a function, it was only told. */
const FORMS = ["schema", "function", "text"] as const;
type Form = (typeof FORMS)[number];
/** What a refusal of a form speaks of. */
const ABOUT: Readonly<Record<Form, RegExp>> = {
  schema: /response_format|json_schema|schema|grammar|structured|guided/i,
  function: /tool|function|schema/i,
  text: /(?!)/,
};
const LENGTH = /max_completion_tokens|max_tokens|context.?length/i;

const Completion = z.object({
  choices: z
    .array(
      z.object({
        finish_reason: z.string().nullish(),
        message: z.object({
          content: z.string().nullish(),
          refusal: z.string().nullish(),
          tool_calls: z
            .array(z.object({ function: z.object({ name: z.string(), arguments: z.string() }).optional() }))
            .nullish(),
        }),
      }),
    )
    .min(1),
  usage: z
    .object({
      prompt_tokens: z.number(),
      completion_tokens: z.number(),
      prompt_tokens_details: z
        .object({ cached_tokens: z.number().nullish(), cache_write_tokens: z.number().nullish() })
        .nullish(),
    })
    .nullish(),
});

/** What this server is known not to take. */
interface Habits {
  readonly form: Form;
  readonly limited: boolean;
  /** OpenAI's own word for questions that begin alike. */
  readonly keyed: boolean;
}

/** Opens nothing; the first question does. */
export function openAiEndpoint(settings: ModelSettings): Endpoint {
  const { vendor, apiKey, baseUrl, timeoutMs } = settings;
  const client = new OpenAI({
    // The SDK wants one even where the server does not.
    apiKey: apiKey ?? "none",
    // Not the environment: what is not in the settings is not configured.
    baseURL: baseUrl ?? "https://api.openai.com/v1",
    organization: null,
    project: null,
    timeout: timeoutMs,
    // The pool knows better where and when to ask again.
    maxRetries: 0,
    logLevel: "off",
  });
  let { model } = settings;
  let habits: Habits = { form: "schema", limited: true, keyed: baseUrl === undefined };

  async function ask(question: ModelQuestion, signal: AbortSignal): Promise<EndpointReply> {
    model ??= await firstModel(client, signal);
    const beginning = beginningOf(question);
    // For gateways that keep what begins alike on one server; others do not look at it.
    const headers = baseUrl === undefined ? {} : { "x-session-id": beginning };
    for (;;) {
      const tried = habits;
      try {
        const body = { ...request(model, question, tried), ...(tried.keyed ? { prompt_cache_key: beginning } : {}) };
        const { data, response } = await client.chat.completions.create(body, { signal, headers }).withResponse();
        const answer = read(data, question, `${vendor}:${model}`);
        return { answer, spentForMs: spentFor(response.headers, Date.now()) };
      } catch (error) {
        const next = weaker(tried, error);
        if (next === undefined) throw error;
        habits = next;
      }
    }
  }

  return {
    name: nameOf(settings),
    ask: (question, signal) =>
      oneTry(settings, { apiKey, keys: keysOf(settings) }, signal, (limit) => ask(question, limit)),
  };
}

/** What to do without after a refusal; undefined when it is about something else. */
function weaker(tried: Habits, error: unknown): Habits | undefined {
  const status = statusOf(error);
  const said = error instanceof Error ? error.message : "";
  if (status !== 400 && status !== 422) return undefined;
  if (tried.keyed && /prompt_cache_key/i.test(said)) return { ...tried, keyed: false };
  if (tried.limited && LENGTH.test(said)) return { ...tried, limited: false };
  const next = FORMS[FORMS.indexOf(tried.form) + 1];
  return next !== undefined && ABOUT[tried.form].test(said) ? { ...tried, form: next } : undefined;
}

/** Stands for what the question has in common with others: the same bytes, the same word. */
function beginningOf({ shared = [], system }: ModelQuestion): string {
  return hash("sha256", [...shared, system].join("\n\n"), "hex").slice(0, 32);
}

const Models = z.object({ data: z.array(z.object({ id: z.string() })).min(1) });

async function firstModel(client: OpenAI, signal: AbortSignal): Promise<string> {
  const listed = Models.safeParse(await client.models.list({ signal }));
  if (!listed.success) throw new NotTheVendor("it names no model it serves");
  return listed.data.data[0]?.id ?? "";
}

function request(
  model: string,
  { shared = [], system: own, prompt, name, schema, maxTokens }: ModelQuestion,
  { form, limited }: Habits,
): OpenAI.ChatCompletionCreateParamsNonStreaming {
  // One system message: not every model's template takes a second one. What is shared comes first, byte by byte the same.
  const system = [...shared.filter((text) => text !== ""), own].join("\n\n");
  const told = `${system}\n\nAnswer with one JSON object and nothing else. It must fit this JSON Schema:\n${JSON.stringify(schema)}`;
  return {
    model,
    messages: [
      { role: "system", content: form === "text" ? told : system },
      { role: "user", content: prompt },
    ],
    ...(limited ? { max_completion_tokens: maxTokens } : {}),
    // Strict schemas know neither optional fields nor lengths; the answer is checked here anyway.
    ...(form === "schema"
      ? { response_format: { type: "json_schema", json_schema: { name, schema: { ...schema }, strict: false } } }
      : {}),
    ...(form === "function"
      ? {
          tools: [
            { type: "function", function: { name, description: "Takes your answer.", parameters: { ...schema } } },
          ],
          tool_choice: { type: "function", function: { name } },
        }
      : {}),
  };
}

function read(data: unknown, { name }: ModelQuestion, model: string): EndpointReply["answer"] {
  const parsed = Completion.safeParse(data);
  const choice = parsed.data?.choices[0];
  if (!parsed.success || choice === undefined) throw new NotTheVendor("this is no chat completion");
  const usage = usageOf(parsed.data.usage);
  const unusable = (because: string) => ({ kind: "unusable", because, model, usage }) as const;
  const { message, finish_reason: finished } = choice;
  if ((message.refusal ?? "") !== "" || finished === "content_filter") return unusable("the model refuses to answer");
  if (finished === "length") return unusable(`its answer was cut off after ${usage.output} tokens`);
  const call = message.tool_calls?.find((one) => one.function?.name === name)?.function;
  const value = objectIn(call?.arguments ?? message.content ?? "");
  return value === undefined ? unusable("it holds no JSON object") : { kind: "answered", value, model, usage };
}

/** Cached tokens are among the prompt's; a server that says nothing about them may have cached all the same. */
function usageOf(counted: z.infer<typeof Completion>["usage"]): ModelUsage {
  const { cached_tokens: cacheRead, cache_write_tokens: cacheWrite } = counted?.prompt_tokens_details ?? {};
  return {
    input: counted?.prompt_tokens ?? 0,
    output: counted?.completion_tokens ?? 0,
    ...(typeof cacheRead === "number" ? { cacheRead } : {}),
    ...(typeof cacheWrite === "number" ? { cacheWrite } : {}),
  };
}
