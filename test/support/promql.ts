/** Prometheus' own grammar, as its editor uses it. */
import { parser } from "@prometheus-io/lezer-promql";

/** Where `expr` is no PromQL; [] when it is. */
export function promqlErrors(expr: string): string[] {
  const errors: string[] = [];
  parser.parse(expr).iterate({
    enter(node) {
      if (node.type.isError) errors.push(`${node.from}: ${expr.slice(node.from, node.from + 20)}`);
    },
  });
  return expr.trim() === "" ? ["0: empty"] : errors;
}
