/** What people see: tables, colours on a terminal only, and text from outside made harmless. */
import Table from "cli-table3";

export interface Terminal {
  /** True when a person watches: then colours and redrawing are fine. */
  readonly interactive: boolean;
  readonly columns: number;
  line(text?: string): void;
  json(value: unknown): void;
  /** For people, beside the output: standard error. */
  note(text: string): void;
  table(head: readonly string[], rows: readonly (readonly string[])[]): void;
  renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string;
  paint(style: Style, text: string): string;
  /** A screen of its own, until it is left: what was on the terminal before is there again then. */
  screen(): Screen;
}

export interface Screen {
  size(): { readonly columns: number; readonly rows: number };
  /** Draws these lines over what was there, without a blank moment between. */
  show(lines: readonly string[]): void;
  onResize(draw: () => void): void;
  leave(): void;
}

const styles = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;
export type Style = keyof typeof styles;

type Variables = Readonly<Record<string, string | undefined>>;

export function terminal(out: NodeJS.WriteStream, error: NodeJS.WriteStream, env: Variables): Terminal {
  const interactive = out.isTTY === true;
  const coloured = interactive && (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb";
  const paint = (style: Style, text: string) => (coloured ? `\u001b[${styles[style]}m${text}\u001b[0m` : text);
  const line = (text = "") => void out.write(`${text}\n`);

  function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
    const table = new Table({
      head: head.map((text) => paint("bold", text)),
      style: { head: [], border: [], compact: true },
      chars: plainBorders,
    });
    for (const row of rows) table.push([...row]);
    return table
      .toString()
      .split("\n")
      .map((text) => text.trimEnd())
      .join("\n");
  }
  return {
    interactive,
    columns: out.columns ?? 100,
    line,
    paint,
    renderTable,
    json: (value) => line(JSON.stringify(value, null, interactive ? 2 : undefined)),
    note: (text) => void error.write(`${text}\n`),
    table: (head, rows) => line(renderTable(head, rows)),
    screen: () => screenOn(out),
  };
}

/** The alternate screen of a terminal, without its cursor. */
function screenOn(out: NodeJS.WriteStream): Screen {
  let resized: (() => void) | undefined;
  // However the process ends: a terminal without a cursor is of no use to anybody.
  const restore = () => void out.write("\u001b[?25h\u001b[?1049l");
  process.once("exit", restore);
  out.write("\u001b[?1049h\u001b[?25l");
  return {
    size: () => ({ columns: out.columns || 80, rows: out.rows || 24 }),
    show: (lines) => void out.write(`\u001b[H${lines.map((text) => `${text}\u001b[K`).join("\r\n")}\u001b[J`),
    onResize(draw) {
      resized = draw;
      out.on("resize", draw);
    },
    leave() {
      if (resized !== undefined) out.off("resize", resized);
      process.off("exit", restore);
      restore();
    },
  };
}

const plainBorders = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  mid: "",
  "mid-mid": "",
  right: "",
  "right-mid": "",
  middle: " ",
};

/**
 * Text from talks and repositories may carry terminal escapes or reversed writing. Control characters other than line
 * breaks and tabs, and the Unicode signs that reorder text, are shown as `\u{…}`.
 */
export function harmless(text: string): string {
  return text.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (sign) => `\\u{${sign.codePointAt(0)?.toString(16)}}`,
  );
}

/** One line of at most `length` signs. */
export function short(text: string | undefined, length: number): string {
  const line = harmless((text ?? "").replace(/\s+/g, " ").trim());
  return line.length > length ? `${line.slice(0, length - 1)}…` : line;
}

/** A colour that says how good a status is. */
export function statusStyle(status: string): Style {
  if (["verified"].includes(status)) return "green";
  if (["failed", "dead", "rollback_blocked", "rolling_back"].includes(status)) return "red";
  if (["pending_review", "held", "conflicts"].includes(status)) return "yellow";
  return status === "rejected" ? "dim" : "cyan";
}
