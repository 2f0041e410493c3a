/** What a decision says, typed: subject, relation, value, scope, and the words it was read from. */
import type { Dimension } from "./aspects.ts";
import type { Authority } from "./authority.ts";
import type { Scope } from "./scope.ts";
import type { Standing } from "./standing.ts";

export type Subject =
  | { readonly kind: "technology"; readonly id: string; readonly name: string; readonly classes: readonly string[] }
  | { readonly kind: "aspect"; readonly id: string; readonly name: string }
  /** Something done, by the stems of its words: "drain two nodes at once". */
  | { readonly kind: "practice"; readonly id: string; readonly name: string; readonly stems: readonly string[] }
  /** A number that is set, by the words of its name; what it belongs to is the fact's owner. */
  | {
      readonly kind: "setting";
      readonly id: string;
      readonly name: string;
      readonly words: readonly string[];
      /** Words around it that may be part of its name elsewhere: headings, what is counted. */
      readonly near: readonly string[];
      /** It speaks of all of this kind: "every timeout". */
      readonly isEvery: boolean;
    }
  /** Something that lives somewhere. */
  | { readonly kind: "thing"; readonly id: string; readonly name: string };

export interface Bound {
  readonly op: ">=" | "<=" | ">" | "<" | "=";
  readonly dimension: Dimension;
  /** Bytes, cores, seconds, pieces, percent, pieces each second. */
  readonly amount: number;
  readonly written: string;
}

export type Relation =
  /** `only`: nothing else of its classes. */
  | { readonly kind: "uses"; readonly only: boolean }
  | { readonly kind: "forbids" }
  | { readonly kind: "requires" }
  | { readonly kind: "allows" }
  /** Before others of its class, but not without exception. */
  | { readonly kind: "prefers" }
  | { readonly kind: "limits"; readonly bound: Bound }
  | { readonly kind: "located-in"; readonly namespace: string };

export interface Fact {
  readonly subject: Subject;
  readonly relation: Relation;
  /** Things it is about (`log`, `backup`, a technology's id); empty: all. */
  readonly about: readonly string[];
  /** Classes its own words name ("as the cache"): it speaks of no other use. */
  readonly purposes: readonly string[];
  /** Stems of what a number belongs to ("the worker pool"), none: to everything. */
  readonly owner?: readonly string[];
  readonly scope: Scope;
  readonly exceptions: readonly Scope[];
  /** It holds only if this is so, as written. */
  readonly condition?: string;
  /** `rule` binds; `plain` tells how it is done; `soft` recommends. */
  readonly strength: "rule" | "plain" | "soft";
  readonly source: Source;
}

/** Where a statement stands. */
export interface Source {
  readonly path: string;
  readonly place: string;
  readonly from: number;
  readonly to: number;
  /** The words themselves. */
  readonly quote: string;
  readonly authority: Authority;
  readonly standing: Standing;
}

/** What an improvement wants, in the same terms. */
export interface Claim {
  readonly subject: Subject;
  /** 1: it is to be so or more so; -1: it is to go. */
  readonly sign: 1 | -1;
  readonly value?: { readonly dimension: Dimension; readonly amount: number; readonly written: string };
  /** The number is itself a lower or an upper end: "a minimum of 0". */
  readonly bounded?: "min" | "max";
  readonly direction?: "raise" | "lower";
  /** Of `located-in`. */
  readonly namespace?: string;
  readonly about: readonly string[];
  readonly purposes: readonly string[];
  readonly scope: Scope;
  /** It brings the subject in, rather than only speaking of it. */
  readonly introduces: boolean;
  readonly quote: string;
}
