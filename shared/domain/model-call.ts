/** What a question to a model cost, for the trail. */

/** Tokens of one answer, as the vendor counts them. */
export interface ModelUsage {
  readonly input: number;
  readonly output: number;
  /** Of `input`: read from the vendor's cache, and written to it. */
  readonly cacheRead?: number;
  readonly cacheWrite?: number;
}

/** One question to a model, as the trail keeps it. Texts are not kept. */
export interface ModelCall {
  /** Who asked: `evaluate/security`, `plan`, … */
  readonly purpose: string;
  /** `vendor:model` */
  readonly model: string;
  /** `<stage>/<name>@<version>` and the first 12 characters of the file's sha256. */
  readonly prompt: string;
  readonly prompt_hash: string;
  /** All tokens of the question, those read from and written to the vendor's cache among them. */
  readonly input: number;
  readonly output: number;
  readonly cache_read: number;
  readonly cache_write: number;
  /** US dollars; 0 where the price is not known (`priced` says so). */
  readonly cost: number;
  readonly priced: boolean;
  readonly ms: number;
  /** `vendor`: it was asked; `cache`: the same was answered before; `shared`: another one was asking the same. */
  readonly answered_by: "vendor" | "cache" | "shared";
}
