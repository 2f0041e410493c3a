/**
 * The web as sources see it. Every address is checked, the first as those it redirects to: by its scheme, its host and where
 * the host's name really leads; every host is asked in its turn.
 */
import { setTimeout as wait } from "node:timers/promises";
import type { Environment } from "../../runtime/config.ts";
import { RetryLater } from "../../runtime/errors.ts";
import type { HostTurns, Web, WebAnswer, WebRequest } from "../../source-ports.ts";
import { admitted, shown } from "./admission.ts";
import type { Ask, Asked } from "./asking.ts";
import type { Resolve } from "./connections.ts";
import { conditionsOf, forAnotherServer, ofReader } from "./headers.ts";
import { robotsGuard } from "./robots-guard.ts";
import { type WebSettings, webSettings } from "./settings.ts";

export interface WebServices {
  readonly turns: HostTurns;
  /** Of configured sources, as in SOURCE_HOSTS. */
  readonly hosts?: readonly string[];
  /** In place of the system's. */
  readonly resolve?: Resolve;
}

const MOST_REDIRECTS = 5;
/** A host that does nothing but put off has no claim to be asked for ever: from then on each time is a failed attempt. */
const MOST_FREE = 10;
const MOST_REMEMBERED = 500;
/** A turn so near is waited for. All workers that ask one host fit into it, so nobody begins a source again and again. */
const PATIENCE_MS = 20_000;

/** Opens nothing before the first request. Throws ConfigurationError. */
export function webPort(env: Environment, { turns, hosts, resolve }: WebServices): Web {
  const settings = webSettings(env, hosts);
  let asking: Promise<Ask> | undefined;
  const ask: Ask = async (...asked) => {
    asking ??= import("./asking.ts").then((loaded) => loaded.asking(settings, resolve));
    return (await asking)(...asked);
  };
  const follow = follower(settings, turns, ask);
  const mayRead = robotsGuard(settings.userAgent, (request, signal) => follow(request, signal, async () => undefined));
  return {
    get: (request, signal) => follow(request, signal, request.isPage === true ? mayRead : async () => undefined),
  };
}

/** Why an address is not read although it could be; undefined: it is. */
export type MayRead = (url: URL, signal: AbortSignal) => Promise<string | undefined>;

function follower(settings: WebSettings, turns: HostTurns, ask: Ask) {
  /** How often in a row each host has put us off. */
  const putOffs = new Map<string, number>();

  function counted(host: string, error: RetryLater): RetryLater {
    const times = (putOffs.get(host) ?? 0) + 1;
    putOffs.delete(host);
    putOffs.set(host, times);
    for (const oldest of putOffs.keys()) if (putOffs.size > MOST_REMEMBERED) putOffs.delete(oldest);
    return error.free && times > MOST_FREE ? new RetryLater(error.message, error.afterMs) : error;
  }

  return async (request: WebRequest, signal: AbortSignal, mayRead: MayRead): Promise<WebAnswer> => {
    signal.throwIfAborted();
    const first = admitted(request.url, undefined, settings);
    if ("because" in first) return { kind: "refused", because: first.because };
    let asked = askedFor(request, first.url, settings.maxBytes);
    let left = settings.timeoutMs;
    for (let redirects = 0; ; redirects += 1) {
      const { url } = asked;
      const because = await mayRead(url, signal);
      if (because !== undefined) return { kind: "refused", because };
      await turnAt(turns, url.host, settings.everyMs, signal);
      const begun = performance.now();
      const answer = await ask(asked, Math.max(1, left), signal);
      left -= performance.now() - begun;
      if (answer.kind === "later") {
        // Others need not be told the same.
        if (answer.holdMs !== undefined) await turns.hold(url.host, answer.holdMs);
        throw counted(url.host, answer.error);
      }
      putOffs.delete(url.host);
      if (answer.kind !== "redirect") return answer;
      const refused = (what: string): WebAnswer => ({ kind: "refused", status: answer.status, because: what });
      if (asked.json !== undefined) return refused(`${shown(url)}: what is posted is not sent on to another address`);
      if (redirects === MOST_REDIRECTS) return refused(`${shown(first.url)}: leads on more than ${redirects} times`);
      const next = admitted(answer.to, url, settings);
      if ("because" in next) return refused(`${shown(url)} leads on: ${next.because}`);
      asked = movedTo(asked, next.url);
    }
  };
}

function askedFor({ accept, headers = {}, json, known = {}, maxBytes }: WebRequest, url: URL, most: number): Asked {
  const conditions = json === undefined ? conditionsOf(known) : {};
  return {
    url,
    headers: { accept: accept ?? "*/*", ...ofReader(headers), ...conditions },
    ...(json === undefined ? {} : { json: JSON.stringify(json) }),
    isConditional: Object.keys(conditions).length > 0,
    maxBytes: Math.min(maxBytes ?? most, most),
  };
}

function movedTo(asked: Asked, url: URL): Asked {
  return url.origin === asked.url.origin
    ? { ...asked, url }
    : { ...asked, url, headers: forAnotherServer(asked.headers) };
}

async function turnAt(turns: HostTurns, host: string, everyMs: number, signal: AbortSignal): Promise<void> {
  const { kind, afterMs } = await turns.next(host, { everyMs, mostMs: PATIENCE_MS });
  if (kind === "later") throw new RetryLater(`many want to ask ${host}, or it wants peace`, afterMs, { free: true });
  if (afterMs === 0) return;
  await wait(afterMs, undefined, { signal }).catch(() => undefined);
  signal.throwIfAborted();
  const heldMs = await turns.heldMs(host);
  if (heldMs > 0) throw new RetryLater(`${host} wants to be left alone`, heldMs, { free: true });
}
