/**
 * Times in which nothing is committed: every week, every night, or between two dates. Written as people say them, and read
 * in the time zone they are meant in (IANA names), so that summer time moves them as it moves the people.
 */

export type FreezeWindow = {
  /** As it was written; shown to people. */
  readonly text: string;
  readonly zone: string;
} & (
  | { readonly kind: "week"; readonly from: number; readonly to: number }
  | { readonly kind: "day"; readonly from: number; readonly to: number }
  | { readonly kind: "dates"; readonly from: string; readonly to: string }
);

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const DAY_MINUTES = 24 * 60;
const FORMS =
  '"Fri 16:00 - Mon 07:00 Europe/Berlin", "22:00 - 06:00", "2026-12-20 - 2027-01-03", joined by ";" (UTC without a zone)';

/** Reads windows separated by `;`. A text says what is wrong with them. */
export function parseFreezeWindows(text: string): readonly FreezeWindow[] | string {
  const parts = text
    .split(";")
    .map((part) => part.replace(/\s+/g, " ").trim())
    .filter((part) => part !== "");
  const windows: FreezeWindow[] = [];
  for (const part of parts) {
    const [, from = "", to = "", zone = "UTC"] =
      /^(.+?) - (.+?)(?: ([A-Za-z]+(?:[/_+-][A-Za-z0-9_+-]+)*))?$/.exec(part) ?? [];
    if (!isZone(zone)) return `${JSON.stringify(part)} names a time zone nobody knows: ${zone}`;
    const window = windowOf(from, to);
    if (window === undefined) return `${JSON.stringify(part)} is not a window; write ${FORMS}`;
    windows.push({ text: part, zone, ...window });
  }
  return windows;
}

/** The window that holds `now` (milliseconds since the epoch). */
export function frozenBy(windows: readonly FreezeWindow[], now: number): FreezeWindow | undefined {
  return windows.find((window) => {
    const { date, minutes, day } = localTime(now, window.zone);
    switch (window.kind) {
      case "day":
        return within(minutes, window.from, window.to);
      case "week":
        return within(day * DAY_MINUTES + minutes, window.from, window.to);
      case "dates":
        return date >= window.from && date < window.to;
    }
  });
}

type Span = { kind: "week" | "day"; from: number; to: number } | { kind: "dates"; from: string; to: string };

function windowOf(from: string, to: string): Span | undefined {
  const [nightFrom, nightTo] = [minutesOf(from), minutesOf(to)];
  if (nightFrom !== undefined && nightTo !== undefined) return { kind: "day", from: nightFrom, to: nightTo };
  const [weekFrom, weekTo] = [weekMinutes(from), weekMinutes(to)];
  if (weekFrom !== undefined && weekTo !== undefined) return { kind: "week", from: weekFrom, to: weekTo };
  // A last day counts in full: the end lies after every minute of it.
  const [first, last] = [moment(from, "00:00"), moment(to, "24:00")];
  return first === undefined || last === undefined || first >= last
    ? undefined
    : { kind: "dates", from: first, to: last };
}

function minutesOf(text: string): number | undefined {
  const [, hours, minutes] = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(text) ?? (text === "24:00" ? ["", "24", "00"] : []);
  return hours === undefined ? undefined : Number(hours) * 60 + Number(minutes);
}

function weekMinutes(text: string): number | undefined {
  const [day = "", time = ""] = text.split(" ");
  const [index, minutes] = [DAYS.indexOf(day.toLowerCase().slice(0, 3)), minutesOf(time)];
  return index < 0 || minutes === undefined || !/^[a-z]{3,9}$/i.test(day) ? undefined : index * DAY_MINUTES + minutes;
}

/** `2026-12-20 18:00`, comparable as text. */
function moment(text: string, time: string): string | undefined {
  const [, date, given] = /^(\d{4}-\d{2}-\d{2})(?: (\d{2}:\d{2}))?$/.exec(text) ?? [];
  if (date === undefined || Number.isNaN(Date.parse(date))) return undefined;
  if (new Date(date).toISOString().slice(0, 10) !== date) return undefined;
  if (given !== undefined && minutesOf(given) === undefined) return undefined;
  return `${date} ${given ?? time}`;
}

/** A window whose end lies before its beginning goes round midnight, or round Sunday. */
function within(now: number, from: number, to: number): boolean {
  return from < to ? now >= from && now < to : now >= from || now < to;
}

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function localTime(now: number, timeZone: string): { date: string; minutes: number; day: number } {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    hourCycle: "h23",
    weekday: "short",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
  });
  const part = Object.fromEntries(format.formatToParts(now).map(({ type, value }) => [type, value]));
  const [hour = "", minute = ""] = [part["hour"], part["minute"]];
  return {
    date: `${part["year"] ?? ""}-${part["month"] ?? ""}-${part["day"] ?? ""} ${hour}:${minute}`,
    minutes: Number(hour) * 60 + Number(minute),
    day: DAYS.indexOf((part["weekday"] ?? "").toLowerCase()),
  };
}
