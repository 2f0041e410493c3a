/** Rows as they come back from where they are kept: anybody may have written there. */
import type { ForecastRow } from "./rows.ts";

/** Undefined: not a row. */
export function readForecastRow(text: string): ForecastRow | undefined {
  const raw = parsed(text);
  if (raw === undefined || typeof raw["held"] !== "boolean") return undefined;
  const { held } = raw;
  const texts = ["id", "source", "at", "expert", "kind", "category", "verdict"] as const;
  const numbers = ["relevance", "files", "radius", "tokens"] as const;
  if (texts.some((name) => typeof raw[name] !== "string") || numbers.some((name) => !isAmount(raw[name])))
    return undefined;
  const optional = ["complexity", "minutes", "dollars"] as const;
  if (optional.some((name) => raw[name] !== undefined && !isAmount(raw[name]))) return undefined;
  const words = ["feasibility", "effort"] as const;
  if (words.some((name) => raw[name] !== undefined && typeof raw[name] !== "string")) return undefined;
  return { ...(raw as unknown as ForecastRow), held };
}

function isAmount(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
