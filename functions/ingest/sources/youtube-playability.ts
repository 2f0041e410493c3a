/** Whether a video can be read, in words for people: YouTube says it in a status and an English sentence. */
import type { PlayerData } from "./youtube-player.ts";

export type Playability =
  | { readonly kind: "plays" }
  /** The same for every client, and until its owner changes it. */
  | { readonly kind: "never"; readonly because: string }
  | { readonly kind: "later"; readonly because: string; readonly afterMs: number; readonly isBounded: boolean }
  /** Another client may be told something else. `passes`: asking again later may help. */
  | { readonly kind: "unclear"; readonly because: string; readonly passes: boolean };

const HOUR = 3_600_000;
const SEND = "send its captions or transcript as content";

const NEVER: readonly { readonly says: RegExp; readonly because: string }[] = [
  {
    says: /private video|video is private/iu,
    because: `the video is private: ask its owner to publish it, or ${SEND}`,
  },
  {
    says: /members[- ]only|members of|join this channel|available to this channel's members/iu,
    because: `the video is for the channel's members only: ${SEND} if you may`,
  },
  {
    says: /requires payment|purchase|to rent|premium/iu,
    because: `the video must be paid for: ${SEND} if you may`,
  },
  {
    says: /removed|deleted|terminated|copyright|no longer available because|account associated/iu,
    because: "the video was removed: take the address out",
  },
];

/** `now` in milliseconds since 1970. */
export function playability(player: PlayerData, now: number): Playability {
  const { status, reason } = player;
  if (player.isLive) return later("the video is live now and is read when it has ended", HOUR, false);
  if (status === "LIVE_STREAM_OFFLINE" || player.isUpcoming) return upcoming(player, now);
  if (status === "OK" || status === "") return { kind: "plays" };
  const told = reason === "" ? status : `"${reason}"`;
  if (/not a bot|unusual traffic|automated/iu.test(reason)) {
    const because = `YouTube takes the school for a robot (${told}): it asks less for a while; if it stays so, install yt-dlp with cookies where ingest runs and name it in YT_DLP, or ${SEND}`;
    return { kind: "unclear", because, passes: true };
  }
  if (/confirm your age|age[- ]restricted|inappropriate/iu.test(reason) || /^AGE_|CONTENT_CHECK/u.test(status)) {
    return unclear(`the video is restricted to grown-ups who have signed in: ${SEND}`);
  }
  if (/your country|in your location|your region/iu.test(reason)) {
    return unclear(`the video is not shown in the country the school runs in: ${SEND}`);
  }
  const never = NEVER.find(({ says }) => says.test(reason));
  if (never !== undefined) return { kind: "never", because: `${never.because} (${told})` };
  // What YouTube says to programs without a proof-of-origin token, of videos that play for everybody else.
  if (/needs to be reloaded|not available on this app|latest version/iu.test(reason)) {
    return unclear(`YouTube does not answer this way of asking (${told})`);
  }
  if (status === "ERROR") return unclear(`there is no such video (any more) (${told}): check the address`);
  return unclear(
    `YouTube does not show the video (${told}): open the address in a browser; if it plays there, ${SEND}`,
  );
}

function upcoming({ startsAt }: PlayerData, now: number): Playability {
  if (startsAt === undefined || startsAt <= now) {
    return later("the video has not begun yet and is read when it has ended", HOUR, false);
  }
  const wait = Math.min(startsAt - now + HOUR, 24 * HOUR);
  const when = new Date(startsAt).toISOString();
  return later(`the video is announced for ${when} and is read after that`, wait, true);
}

function later(because: string, afterMs: number, isBounded: boolean): Playability {
  return { kind: "later", because, afterMs, isBounded };
}

function unclear(because: string): Playability {
  return { kind: "unclear", because, passes: false };
}
