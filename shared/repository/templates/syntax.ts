/** The shape of a parsed Go template (text/template), as far as it is understood here. */

export type Node =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "print"; readonly pipeline: Pipeline }
  | { readonly kind: "set"; readonly name: string; readonly declares: boolean; readonly pipeline: Pipeline }
  | {
      readonly kind: "if" | "with";
      readonly pipeline: Pipeline;
      readonly body: readonly Node[];
      readonly otherwise: readonly Node[];
    }
  | {
      readonly kind: "range";
      /** `$key, $value :=`, `$value :=` or nothing. */
      readonly variables: readonly string[];
      readonly pipeline: Pipeline;
      readonly body: readonly Node[];
      readonly otherwise: readonly Node[];
    };

/** Commands whose value is handed on to the next as its last argument. */
export type Pipeline = readonly Command[];
/** A value, or a function and its arguments. */
export type Command = readonly [Operand, ...Operand[]];

export type Operand =
  | { readonly kind: "literal"; readonly value: unknown }
  | { readonly kind: "function"; readonly name: string }
  /** `.a.b`, `$.a`, `$x.a`, `(…).a`; `of` is undefined for what starts at the dot. */
  | { readonly kind: "fields"; readonly of: Operand | undefined; readonly path: readonly string[] }
  | { readonly kind: "variable"; readonly name: string }
  | { readonly kind: "group"; readonly pipeline: Pipeline };

export interface Template {
  readonly body: readonly Node[];
  /** What `define` names. */
  readonly named: ReadonlyMap<string, readonly Node[]>;
}

/** A construct nobody here knows, or one whose result cannot be told: the text is then not rendered at all. */
export class NotUnderstood extends Error {
  constructor(message: string) {
    super(message.slice(0, 200));
    this.name = "NotUnderstood";
  }
}
