/** Reasons somebody gave before, offered again. They stay in this browser. */

const KEY = "school-prefers-reasons";
const KEPT = 6;

export function lastReasons(): readonly string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter((one) => typeof one === "string").slice(0, KEPT) : [];
  } catch {
    // A browser that keeps nothing, or kept something else: nothing is offered.
    return [];
  }
}

export function rememberReason(reason: string): void {
  const kept = [reason.slice(0, 300), ...lastReasons().filter((one) => one !== reason)].slice(0, KEPT);
  try {
    localStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    // As above.
  }
}
