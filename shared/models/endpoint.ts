/** One address where one model is asked, as the pool sees it. */
import type { ModelAnswer, ModelQuestion } from "../model-ports.ts";

export interface Endpoint {
  /** As in `… did not answer within 30 s`. */
  readonly name: string;
  /** One try: nothing is repeated that may have been paid for. Throws EndpointFailure or the signal's reason. */
  ask(question: ModelQuestion, signal: AbortSignal): Promise<EndpointReply>;
}

export interface EndpointReply {
  readonly answer: Exclude<ModelAnswer, { readonly kind: "unavailable" }>;
  /** Nothing is left of an announced limit, until so many milliseconds from now. */
  readonly spentForMs?: number | undefined;
}

/**
 * What a failure says about what to do next. `busy`: it asks to wait. `outage`: it does not work as it should. `closed`: it
 * takes nothing from us until somebody changes something. `refused`: it does not take this question.
 */
export type FailureKind = "busy" | "outage" | "closed" | "refused";

export interface FailureFacts {
  readonly kind: FailureKind;
  /** The vendor may have worked on the question, and may want money for it. */
  readonly perhapsPaid: boolean;
  /** Milliseconds it asks to be left alone for. */
  readonly waitMs?: number | undefined;
  /** There was an answer, and its end is missing. */
  readonly isCutShort?: boolean;
}

/** `message`: what comes behind the endpoint's name. Never with the vendor's error as its cause: that holds what was sent. */
export class EndpointFailure extends Error {
  readonly facts: FailureFacts;
  constructor(message: string, facts: FailureFacts) {
    super(message);
    this.name = "EndpointFailure";
    this.facts = facts;
  }
}
