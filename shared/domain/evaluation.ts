/** What the experts judged of an improvement, each word with what it rests on. */
import type { Expert } from "./improvement.ts";

/** A judgement and what it rests on; without evidence the value is `unknown`. */
export interface Judgement<Value extends string> {
  readonly value: Value | "unknown";
  readonly evidence: string;
}
export type Level = "high" | "medium" | "low";

export interface Risk {
  readonly risk: string;
  readonly mitigated: boolean;
  readonly evidence: string;
  /** Of a model's risks. */
  readonly severity?: Level;
}

/** Something to do first, or something that has to be there, and what says so. */
export interface Advice {
  readonly text: string;
  readonly evidence: string;
}

/** What one expert says. Records from before there were models lack what is optional. */
export interface Opinion {
  readonly expert: Expert;
  /** `rules` or the model that answered. */
  readonly by: string;
  readonly feasibility: Judgement<Level>;
  readonly impact: Judgement<Level>;
  readonly effort: Judgement<Level>;
  readonly priority: Judgement<Level>;
  readonly risks: readonly Risk[];
  readonly recommendations?: readonly Advice[];
  /** What has to be there and well for it. */
  readonly dependencies?: readonly Advice[];
  readonly complexity?: Judgement<Level>;
  readonly confidence?: Judgement<Level>;
  /** This is not this expert's field: who else's it is, where that can be said, and what says so. */
  readonly out_of_scope?: OutOfScope;
}

export interface OutOfScope {
  readonly better?: Expert;
  readonly because: string;
}

export interface Evaluation extends Opinion {
  /** What the experts were shown beside the improvement, numbered as their evidence cites it. */
  readonly sources?: readonly ShownSource[];
  /** What was not done, and why: no model, no index, an answer nobody can use. */
  readonly notes?: readonly string[];
  /** Why a person decides whatever else is true: it is a model's word alone, or a second one is missing. */
  readonly doubt?: string;
  readonly second_opinion?: SecondOpinion;
  /** The expert that was chosen passed it on to this one. */
  readonly passed_on?: { readonly from: Expert; readonly because: string };
}

export interface SecondOpinion {
  /** Why another expert was asked. */
  readonly because: string;
  /** Both as they were given; absent when there is no second one, and `missing` says why. */
  readonly opinions?: readonly Opinion[];
  readonly missing?: string;
  /** Where they are too far apart for anybody but a person. */
  readonly disagreement?: string;
}

/** A part of a document, a manifest, an issue or a past improvement; or a fact, a quote, a decision that was cited. */
export interface ShownSource {
  /** `S1`, `Q2`, … */
  readonly label: string;
  /** `documents`, `manifests`, `issues`, `improvements`, `quotes`, `facts`, `decisions` or `platform`. */
  readonly corpus: string;
  /** File, or the id of an improvement. */
  readonly path: string;
  readonly place: string;
  /** First and last line, from 1. */
  readonly from?: number;
  readonly to?: number;
  /** Of a past improvement: where it ended. */
  readonly outcome?: string;
}

/** An answer that was paid for, kept from before the settle so that a second run does not pay again. */
export interface ExpertAnswer {
  readonly expert: Expert;
  readonly role: "first" | "second";
  readonly model: string;
  /** `<stage>/<name>@<version>`, and the first 12 characters of its sha256. */
  readonly prompt: string;
  readonly prompt_hash: string;
  /** As it came, its evidence not yet compared with `shown`. */
  readonly said?: unknown;
  readonly unusable?: string;
  readonly shown: readonly ShownSource[];
}
