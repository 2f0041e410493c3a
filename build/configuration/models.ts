/** Which models are asked, where, and what they may cost. */
import type { Variable } from "./variable.ts";

export const models: readonly Variable[] = [
  {
    names: ["PLAN_MODEL"],
    part: true,
    default:
      "by what is configured, in this order: the first model of `LLMD_ENDPOINT`, `claude-sonnet-5-5`, `gpt-5.6-terra`",
    readBy: "plan",
    what: "a model's name, with `anthropic:`, `openai:` or `llmd:` before it where more than one could have it; `none`: plan by rules",
  },
  {
    names: ["EXPERT_MODELS"],
    part: true,
    default:
      "with Anthropic's key alone `claude-opus-5-5` for architecture and security, `claude-haiku-5-5` for monitoring, `claude-sonnet-5-5` for the others; else as for `PLAN_MODEL`",
    readBy: "evaluate",
    what: "which model each expert is asked of: `security=<model>,database=<model>`, the same as a JSON object, or one model for all, named as for `PLAN_MODEL`; `none`: rules judge",
  },
  {
    names: ["SECOND_OPINION_MODEL"],
    part: true,
    default: "the second expert's own",
    readBy: "evaluate",
    what: "the model of second opinions: on security and databases, where two experts fit, where the first is not sure",
  },
  {
    names: ["EXTRACT_MODEL"],
    part: true,
    default: "as for `PLAN_MODEL`",
    readBy: "ingest",
    what: "the model that reads talks beside the rules, named as for `PLAN_MODEL`; its quotes are looked up in the source and its numbers are not used; `none`: rules read alone",
  },
  {
    names: ["VALIDATE_MODEL"],
    part: true,
    default: "–",
    readBy: "validate",
    what: "a model that is asked for contradictions beside the rules, named as for `PLAN_MODEL`; it may only add doubts",
  },
  {
    names: ["LLM_TIMEOUT"],
    default: "`45`",
    readBy: "evaluate, plan, validate",
    what: "seconds for one answer of a model, everything tried for it included, a single try two thirds of them; at most 50; then the rules answer",
  },
  {
    names: ["LLM_ENDPOINTS"],
    part: true,
    default: "–",
    readBy: "as `PLAN_MODEL`",
    what: "several addresses to spread questions over: `vendor:model@url`, comma separated, `anthropic`, `openai` or `llmd` as vendor, without `@url` the vendor's own; keys come from the vendor's variable, never from the address. A model that is named is asked where it is served; without a name every one of them may answer",
  },
  {
    names: ["LLM_CONCURRENCY"],
    default: "`4`",
    readBy: "as `PLAN_MODEL`",
    what: "questions one process has open at one endpoint; others wait for their turn",
  },
  {
    names: ["LLM_BUDGET_DAY"],
    default: "`20`",
    readBy: "as `PLAN_MODEL`; coordinator, to show it",
    what: "US dollars a day (UTC) for models, all who ask together. What a question can cost is reserved before it is asked and what it did cost is settled after; what is not settled stays spent. Over it the cheap model is asked, else the rules answer",
  },
  {
    names: ["LLM_BUDGET_EXPERT"],
    default: "–",
    readBy: "as `LLM_BUDGET_DAY`",
    what: "US dollars a day for each who asks: an expert, `plan`, `validate`, `ingest`",
  },
  {
    names: ["LLM_TOKENS_DAY", "LLM_TOKENS_EXPERT"],
    default: "`20000000`, –",
    readBy: "as `LLM_BUDGET_DAY`",
    what: "the same in tokens; of a model whose price is not known nothing else counts",
  },
  {
    names: ["LLM_CHEAP_MODEL"],
    part: true,
    default: "–",
    readBy: "as `PLAN_MODEL`",
    what: "asked where a budget does not suffice for the stage's own model, from the same budget at its own price; named as for `PLAN_MODEL`",
  },
  {
    names: ["LLM_PRICES"],
    default: "the vendors' list prices",
    readBy: "as `PLAN_MODEL`",
    what: 'JSON that adds to them or overrides them, dollars per million tokens: `{"my-model": {"input": 0.5, "output": 2}}`, also `cacheRead` and `cacheWrite`; a model may have its vendor before it',
  },
  {
    names: ["LLM_CACHE_TTL"],
    default: "`604800`",
    readBy: "as `PLAN_MODEL`",
    what: "seconds for which the very same question gets the answer it had; `0`: it is always asked, once at a time",
  },
  {
    names: ["ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"],
    part: true,
    default: "–",
    readBy: "evaluate, plan, validate",
    what: "Anthropic's API, or one that speaks like it",
  },
  {
    names: ["OPENAI_API_KEY", "OPENAI_BASE_URL"],
    part: true,
    default: "–",
    readBy: "evaluate, plan, validate; to embed also index, learn, coordinator",
    what: "OpenAI's API, or any server with its chat completions",
  },
  {
    names: ["LLMD_ENDPOINT"],
    part: true,
    default: "–",
    readBy: "evaluate, plan, validate",
    what: "the same without a key: llm-d, vLLM, Ollama",
  },
];
