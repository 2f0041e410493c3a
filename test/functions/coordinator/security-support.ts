/** Requests as a browser, a proxy or a stranger sends them: headers are written as they are, none is added. */
import { request as httpRequest } from "node:http";
import { TOKENS } from "./support.ts";

export interface Raw {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
  // Answers are checked by the tests, field by field.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly json: any;
}

export interface RawRequest {
  readonly method?: string;
  /** Pairs, so that a header can come twice. */
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string;
  /** The address to connect from. */
  readonly from?: string;
}

export function send(base: string, path: string, { method = "GET", headers = [], body, from }: RawRequest = {}) {
  const { hostname, port, host } = new URL(base);
  return new Promise<Raw>((resolve, reject) => {
    const given = headers.some(([name]) => name.toLowerCase() === "host") ? headers : [["host", host], ...headers];
    const all = body === undefined ? given : [...given, ["content-length", String(Buffer.byteLength(body))]];
    const asked = httpRequest({
      hostname: hostname.replace(/^\[(.*)\]$/, "$1"),
      port,
      path,
      method,
      headers: all.flat() as unknown as Record<string, string>,
      agent: false,
      ...(from === undefined ? {} : { localAddress: from }),
    });
    asked.on("error", reject);
    asked.on("response", (response) => {
      const pieces: Buffer[] = [];
      response.on("data", (piece: Buffer) => pieces.push(piece));
      response.on("error", reject);
      response.on("end", () => {
        const text = Buffer.concat(pieces).toString("utf8");
        const isJson = /json/.test(response.headers["content-type"] ?? "");
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text,
          json: isJson ? JSON.parse(text) : undefined,
        });
      });
    });
    asked.end(body);
  });
}

/** What the dashboard's own page sends along. */
export const OWN: readonly (readonly [string, string])[] = [
  ["sec-fetch-site", "same-origin"],
  ["x-school-request", "1"],
];
export const JSON_BODY = ["content-type", "application/json"] as const;

/** `name=value` of the cookie an answer sets; throws when it sets none. */
export function cookieIn(answer: Raw): string {
  const [cookie] = answer.headers["set-cookie"] ?? [];
  if (cookie === undefined) throw new Error(`no cookie: ${answer.status} ${answer.text}`);
  return cookie.split(";", 1)[0] ?? "";
}

/** Signs in as a browser does; the cookie as it is sent back. */
export async function signedIn(base: string, who: keyof typeof TOKENS, cookie?: string): Promise<string> {
  const headers = [...OWN, JSON_BODY, ...(cookie === undefined ? [] : [["cookie", cookie] as const])];
  const body = JSON.stringify({ token: TOKENS[who] });
  return cookieIn(await send(base, "/api/session", { method: "POST", headers, body }));
}
