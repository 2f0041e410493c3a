/** Kubernetes quantities: `500m`, `1.5`, `256Mi`, `1e3` (k8s.io/apimachinery/pkg/api/resource). */

const factors: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

const QUANTITY = /^([+-]?(?:\d+(?:\.\d*)?|\.\d+))(?:([eE][+-]?\d{1,3})|(Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]))?$/;

/** Cores or bytes; undefined when it is no quantity. */
export function parseQuantity(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  if (typeof value !== "string") return undefined;
  const match = QUANTITY.exec(value.trim());
  if (match === null) return undefined;
  const [, digits, exponent = "", suffix = ""] = match;
  const number = Number(`${digits}${exponent}`) * (factors[suffix] ?? 1);
  return Number.isFinite(number) ? number : undefined;
}

export type Rounding = "up" | "down";

/** Cores in whole millicores: `250m`, or `2` where that is exact. */
export function formatCpu(cores: number, rounding: Rounding): string {
  const milli = round(cores * 1000, rounding);
  return milli % 1000 === 0 ? String(milli / 1000) : `${milli}m`;
}

/** Bytes in whole mebibytes: `384Mi`, or `2Gi` where that is exact. */
export function formatMemory(bytes: number, rounding: Rounding): string {
  const mebi = round(bytes / 2 ** 20, rounding);
  return mebi % 1024 === 0 ? `${mebi / 1024}Gi` : `${mebi}Mi`;
}

/** Millionths of noise from the division are not worth a whole unit. */
function round(value: number, rounding: Rounding): number {
  return rounding === "up" ? Math.ceil(value - 1e-6) : Math.floor(value + 1e-6);
}
