/** The part of expr-lang (KEDA's scalingModifiers.formula) that arithmetic over trigger values needs. Runs no code. */

/** A trigger that could not be read has no value, as nil in expr-lang; only `??` accepts that. */
export type TriggerValues = Readonly<Record<string, number | undefined>>;
export type Formula = (values: TriggerValues) => number;

export class FormulaError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "FormulaError";
  }
}

type Value = number | boolean | undefined;
type Node = (values: TriggerValues) => Value;

/** Binding strength as in expr-lang's operator table; all group to the left. */
const binary: Readonly<Record<string, number>> = {
  "||": 10,
  "&&": 15,
  "==": 20,
  "!=": 20,
  "<": 20,
  ">": 20,
  "<=": 20,
  ">=": 20,
  "+": 30,
  "-": 30,
  "*": 60,
  "/": 60,
  "%": 60,
  "??": 500,
};
const UNARY = 90;

/**
 * Compiles a formula over the named triggers. Throws FormulaError for a syntax error or an unknown name, as KEDA does
 * when it admits the ScaledObject; the compiled formula throws it when a value is missing or the result is no number.
 */
export function compileFormula(text: string, triggers: readonly string[]): Formula {
  const tokens = tokenize(text);
  let at = 0;
  const peek = () => tokens[at];

  function expect(token: string): void {
    if (peek() !== token) throw new FormulaError(`expected ${token} but found ${peek() ?? "the end"} in: ${text}`);
    at += 1;
  }

  function ternary(): Node {
    const condition = operation(0);
    if (peek() !== "?") return condition;
    expect("?");
    const yes = ternary();
    expect(":");
    const no = ternary();
    return (values) => (asBoolean(condition(values)) ? yes(values) : no(values));
  }

  function operation(least: number): Node {
    let left = operand();
    for (let sign = peek(); sign !== undefined && (binary[sign] ?? -1) >= least; sign = peek()) {
      at += 1;
      left = combine(sign, left, operation((binary[sign] ?? 0) + 1));
    }
    return left;
  }

  function operand(): Node {
    const token = peek();
    at += 1;
    if (token === "(") {
      const inner = ternary();
      expect(")");
      return inner;
    }
    if (token === "-" || token === "!") {
      const inner = operation(UNARY);
      return token === "-" ? (values) => -asNumber(inner(values)) : (values) => !asBoolean(inner(values));
    }
    if (token !== undefined && /^[\d.]/.test(token)) return () => Number(token);
    if (token !== undefined && /^\w/.test(token)) {
      if (!triggers.includes(token)) throw new FormulaError(`unknown name ${token} in: ${text}`);
      return (values) => values[token];
    }
    throw new FormulaError(`unexpected ${token ?? "end"} in: ${text}`);
  }

  const root = ternary();
  if (at < tokens.length) throw new FormulaError(`unexpected ${tokens[at]} in: ${text}`);
  return (values) => asNumber(root(values));
}

function tokenize(text: string): string[] {
  const tokens = text.match(/\d+(?:\.\d+)?|[A-Za-z_]\w*|\?\?|&&|\|\||[<>=!]=|[-+*/%()<>!?:]|\S/g);
  return tokens ?? [];
}

function combine(sign: string, left: Node, right: Node): Node {
  const number = (compute: (a: number, b: number) => Value): Node => {
    return (values) => compute(asNumber(left(values)), asNumber(right(values)));
  };
  switch (sign) {
    case "??":
      return (values) => left(values) ?? right(values);
    case "||":
      return (values) => asBoolean(left(values)) || asBoolean(right(values));
    case "&&":
      return (values) => asBoolean(left(values)) && asBoolean(right(values));
    case "==":
      return (values) => left(values) === right(values);
    case "!=":
      return (values) => left(values) !== right(values);
    case "<":
      return number((a, b) => a < b);
    case ">":
      return number((a, b) => a > b);
    case "<=":
      return number((a, b) => a <= b);
    case ">=":
      return number((a, b) => a >= b);
    case "+":
      return number((a, b) => a + b);
    case "-":
      return number((a, b) => a - b);
    case "*":
      return number((a, b) => a * b);
    case "/":
      return number((a, b) => a / b);
    case "%":
      return number((a, b) => a % b);
    default:
      throw new FormulaError(`unknown operator ${sign}`);
  }
}

function asNumber(value: Value): number {
  if (typeof value === "number") return value;
  throw new FormulaError(`a number is needed where the formula gives ${value === undefined ? "nil" : String(value)}`);
}

function asBoolean(value: Value): boolean {
  if (typeof value === "boolean") return value;
  throw new FormulaError(
    `a condition is needed where the formula gives ${value === undefined ? "nil" : String(value)}`,
  );
}
