/** How many improvements fit the filters, where the counts tell it; and filters of several values. */
import { STATUSES } from "../../../../shared/domain/lifecycle.ts";
import type { StatusAnswer } from "../api/answers.ts";
import type { Filters } from "./address.ts";

/** Undefined when more than the status is filtered by: only the list itself knows then. */
export function totalOf(filters: Filters, counts: StatusAnswer["counts"] | undefined): number | undefined {
  const { status, ...others } = filters;
  if (counts === undefined || Object.values(others).some((value) => value !== "")) return undefined;
  const chosen = valuesOf(status);
  return STATUSES.filter((one) => chosen.length === 0 || chosen.includes(one)).reduce(
    (sum, one) => sum + counts[one],
    0,
  );
}

export function valuesOf(text: string | undefined): string[] {
  return (text ?? "")
    .split(",")
    .map((value) => value.trim())
    .filter((value) => value !== "");
}

/** With `value` if it was not among them, without it if it was; empty when none is left. */
export function toggled(text: string | undefined, value: string): string {
  const values = valuesOf(text);
  return (values.includes(value) ? values.filter((one) => one !== value) : [...values, value]).join(",");
}
