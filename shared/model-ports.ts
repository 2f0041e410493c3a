/** The narrow interfaces handlers see of models and of what is written about the platform; see ports.ts. */
import type { ModelCall, ModelUsage } from "./domain/model-call.ts";

/** One question, one structured answer: no tools, no conversation, nothing remembered. */
export interface LanguageModel {
  /**
   * Throws the signal's reason, and RetryLater while another process is still asking the same; whatever goes wrong with the
   * model is an answer.
   */
  answer(question: ModelQuestion, signal: AbortSignal): Promise<ModelAnswer>;
}
export interface ModelQuestion {
  /** What many questions have in common, the most common first: vendors cache such prefixes, so its bytes must not change. */
  readonly shared?: readonly string[];
  readonly system: string;
  readonly prompt: string;
  /** What the answer is called towards the vendor: letters, digits and underscores. */
  readonly name: string;
  /** JSON Schema of an object. Vendors hold to it more or less: what comes back is not yet checked against it. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** Of the answer; a model's thinking counts. */
  readonly maxTokens: number;
  /** The versioned prompt it was rendered from; see shared/prompts. */
  readonly from?: PromptReference;
  /** Whose budget pays: an expert's name, or the stage's. */
  readonly payer?: string;
  /** Beside the question itself, what an answer may be reused under: the version of an index, for example. */
  readonly cacheScope?: string;
  /** Values that do not fit are not kept for others who ask the same. */
  readonly accepts?: (value: unknown) => boolean;
  /** Requests that may have to be paid at most, repeated and second ones counted; see MOST_REQUESTS in shared/models/layer.ts. */
  readonly mostRequests?: number;
}
export interface PromptReference {
  /** `<stage>/<name>` */
  readonly name: string;
  readonly version: number;
  /** sha256 of the file, the first 12 characters. */
  readonly hash: string;
}
export type ModelAnswer = AnswerKind & {
  /** Requests beside the one that was answered that the vendor may want money for; what they cost nobody knows. */
  readonly perhapsPaid?: number;
};
type AnswerKind =
  | {
      readonly kind: "answered";
      readonly value: unknown;
      /** `vendor:model` */
      readonly model: string;
      readonly usage: ModelUsage;
      /** For the trail; absent where a test or a plain adapter answered. */
      readonly call?: ModelCall;
    }
  /** It was paid for, and is a refusal, cut short, or no JSON. */
  | {
      readonly kind: "unusable";
      readonly because: string;
      readonly model: string;
      readonly usage: ModelUsage;
      readonly call?: ModelCall;
    }
  /** No answer: out of reach, over its limits or the budget, or it does not take the question; says what to do. */
  | { readonly kind: "unavailable"; readonly because: string; readonly endpoints?: readonly EndpointReason[] };

/** Why one of the endpoints that could have answered did not. */
export interface EndpointReason {
  readonly endpoint: string;
  readonly because: string;
}

/** What the operators write about their platform. */
export interface Documents {
  /**
   * Parts of the documents at `commit` that say most about `about`, best first, at most `characters` in all; secrets are
   * taken out. Throws RetryLater when they are out of reach.
   */
  find(question: {
    readonly commit: string;
    readonly about: string;
    readonly characters: number;
  }): Promise<readonly Excerpt[]>;
}
export interface Excerpt {
  readonly path: string;
  /** Where in the file: its headings, or the object's kind and name. */
  readonly place: string;
  readonly text: string;
}
