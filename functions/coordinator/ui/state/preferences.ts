/** What somebody prefers in this browser, whoever is signed in: nothing about the school or of it. */

const PREFIX = "school-prefers-";

export type Theme = "light" | "dark" | "system";
export const THEMES = ["system", "light", "dark"] as const satisfies readonly Theme[];

export function preferredTheme(): Theme {
  const kept = read("theme");
  return THEMES.find((theme) => theme === kept) ?? "system";
}

/** Keeps it and shows it at once: the colours hang on an attribute of the root, without it the system decides. */
export function preferTheme(theme: Theme): void {
  write("theme", theme);
  applyTheme(theme);
}

export function applyTheme(theme: Theme = preferredTheme()): void {
  const { dataset } = document.documentElement;
  if (theme === "system") delete dataset["theme"];
  else dataset["theme"] = theme;
}

/** Single letters may be in the way of speech input: whoever wants none has none. */
export function shortcutsWanted(): boolean {
  return read("shortcuts") !== "off";
}

export function wantShortcuts(wanted: boolean): void {
  write("shortcuts", wanted ? "on" : "off");
}

export type DiffLayout = "split" | "unified";

/** Undefined while nobody chose: then the room decides. */
export function preferredDiff(): DiffLayout | undefined {
  const kept = read("diff");
  return kept === "split" || kept === "unified" ? kept : undefined;
}

export function preferDiff(layout: DiffLayout): void {
  write("diff", layout);
}

function read(name: string): string | null {
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    // A browser that keeps nothing (a strict privacy setting) still shows the school.
    return null;
  }
}

function write(name: string, value: string): void {
  try {
    localStorage.setItem(PREFIX + name, value);
  } catch {
    // As above: it lasts until the page is left.
  }
}

const REASONS_KEPT = 6;

/** Reasons somebody gave before, the last one first, to be offered again. */
export function lastReasons(): readonly string[] {
  const kept = (read("reasons") ?? "").split("\n");
  return kept.filter((one) => one !== "").slice(0, REASONS_KEPT);
}

export function rememberReason(reason: string): void {
  const one = reason.replaceAll(/\s+/g, " ").trim().slice(0, 300);
  write("reasons", [one, ...lastReasons().filter((other) => other !== one)].slice(0, REASONS_KEPT).join("\n"));
}

/** Calls back when the page's colours changed, by choice or with the system, until the function it returns is called. */
export function onColours(changed: () => void): () => void {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const chosen = new MutationObserver(changed);
  chosen.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  system.addEventListener("change", changed);
  return () => {
    chosen.disconnect();
    system.removeEventListener("change", changed);
  };
}
