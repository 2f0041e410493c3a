/** What a keyword rule of the router is, and what its votes are weighed by. */
import type { Expert } from "../../domain/improvement.ts";

/**
 * `action`: names a piece of work ("memory limits", "network policy"). `warning`: the trouble such work ends. `name`: a
 * product or thing of the expert's field, to which other experts' work is done as well. `hint`: a word that leans. `verb`:
 * says what is done, so that the things behind it count for less ("monitor the network policies").
 */
export const KINDS = ["action", "verb", "warning", "name", "hint"] as const;
export type Kind = (typeof KINDS)[number];

export interface Rule {
  readonly id: string;
  readonly expert: Expert;
  readonly kind: Kind;
  /** In the small notation of the lexicon: whole words, ` .. ` for up to four words between. */
  readonly patterns: readonly string[];
  /**
   * Of each pattern, how words it matches begin (see beginnings.ts), parted by spaces; empty where it may be with
   * anything. Written by the generator, so that nobody has to work it out while an improvement waits.
   */
  readonly starts?: readonly string[];
  /** Nothing of the rule counts where one of these occurs in the same text. */
  readonly unless?: readonly string[];
  /** Points; the kind's unless given. */
  readonly weight?: number;
  /** 0..1: how often a text that this rule decides really is the expert's; the kind's unless given. */
  readonly confidence?: number;
}

/** Points and confidence of a rule that names none. */
export interface KindSettings {
  readonly weight: number;
  readonly confidence: number;
}

/** A margin of at least `margin` points was right this often. */
export interface CalibrationStep {
  readonly margin: number;
  readonly precision: number;
}

export interface Settings {
  readonly kinds: Readonly<Record<Kind, KindSettings>>;
  /** Fewer points than this decide nothing. */
  readonly least: number;
  /** Less confidence than this decides nothing. */
  readonly decided: number;
  /** From this confidence on nobody else is asked. */
  readonly sure: number;
  /** Ascending by margin; the last one reached counts. */
  readonly calibration: readonly CalibrationStep[];
}

export interface Rules {
  /** The first 8 hex characters of the SHA-256 of the files. */
  readonly version: string;
  readonly settings: Settings;
  /** The school's own. */
  readonly rules: readonly Rule[];
  /** An operator's, which come first; see read-rules.ts. */
  readonly own?: readonly Rule[];
}
