/**
 * What a prompt's file says, as data: `node build/generate.ts` reads the files functions/<stage>/prompts/<name>.v<n>.md and
 * writes the newest version of each into functions/<stage>/prompts/generated.ts.
 */

/** Which of the school's models it is meant for: money and care grow from left to right. */
export type ModelClass = "cheap" | "balanced" | "strong";

/**
 * - `line`: untrusted, one line; may stand in a block and in an attribute of a block's tag.
 * - `text`: untrusted, line breaks stay; may stand in a block.
 * - `trusted`: the school's own words, put in as they are; the only type that may stand outside of blocks.
 *
 * `max`: characters before escaping. Untrusted text is cut there; a trusted one that is longer throws.
 */
export interface Text {
  readonly type: "line" | "text" | "trusted";
  readonly max: number;
}
/** `max`: entries; what is more is left out. Its entries are texts (`item`) or records (`fields`). */
export type List =
  | { readonly type: "list"; readonly max: number; readonly item: Text }
  | { readonly type: "list"; readonly max: number; readonly fields: Variables };
export type Variable = Text | List;
export interface Variables {
  readonly [name: string]: Variable;
}

export interface PromptSource {
  /** `<stage>/<name>` */
  readonly name: string;
  readonly version: number;
  /** sha256 of the file with its parts put in, 64 hexadecimal digits. */
  readonly sha256: string;
  readonly model: ModelClass;
  /** What the answer is called towards the vendor. */
  readonly answer: string;
  /** Of the answer; a model's thinking counts. */
  readonly maxTokens: number;
  readonly variables: Variables;
  /** Mustache templates: the prefix many questions have in common, the most common part first. */
  readonly shared: readonly string[];
  readonly system: string;
  readonly user: string;
}

export type ValueOf<Declared extends Variable> = Declared extends { readonly fields: infer Fields extends Variables }
  ? readonly ValuesOf<Fields>[]
  : Declared extends { readonly item: Text }
    ? readonly string[]
    : string;
export type ValuesOf<Declared extends Variables> = { readonly [Name in keyof Declared]: ValueOf<Declared[Name]> };
