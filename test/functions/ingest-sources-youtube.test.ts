import { chmod, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { readSource } from "../../functions/ingest/read.ts";
import { readerFor, sourceReaders } from "../../functions/ingest/sources/open.ts";
import type { ProgramSettings } from "../../functions/ingest/sources/youtube-program.ts";
import { RetryLater } from "../../shared/runtime/errors.ts";
import type { SourceReading, SourceText } from "../../shared/source-ports.ts";
import { temporaryDirectory } from "../support/directory.ts";
import { type AskedOfHost, fakeHosts, html } from "../support/sources/hosts.ts";
import {
  type FakeTrack,
  type FakeYouTube,
  fakeYouTube,
  precondition,
  VIDEO,
  watchPage,
} from "../support/sources/youtube.ts";

const ADDRESS = `https://www.youtube.com/watch?v=${VIDEO}`;
const NOW = Date.parse("2026-11-21T12:00:00Z");
const EN: FakeTrack = { language: "en", says: "we moved every service behind the gateway" };
const GATED: FakeTrack = { language: "en", gated: true };
const BOT = { status: "LOGIN_REQUIRED", reason: "Sign in to confirm you’re not a bot" };
const DESCRIPTION =
  "In this talk we show how a small team moved all of its services to Kubernetes and what went wrong.";

interface Asking {
  readonly languages?: readonly string[];
  readonly programs?: ProgramSettings;
  readonly address?: string;
}

async function reading(
  situation: FakeYouTube,
  { languages = ["en"], programs, address = ADDRESS }: Asking = {},
): Promise<{ reading: SourceReading | RetryLater; asked: readonly AskedOfHost[] }> {
  await using hosts = await fakeHosts(fakeYouTube(situation));
  const readers = sourceReaders({
    web: hosts.web,
    languages,
    folders: [],
    now: () => NOW,
    ...(programs === undefined ? {} : { programs }),
  });
  const reader = readerFor(readers, address);
  if (reader?.kind !== "youtube") throw new Error(`${address} belongs to ${reader?.kind}`);
  try {
    return { reading: await reader.read({ address, options: {} }, new AbortController().signal), asked: hosts.asked };
  } catch (error) {
    if (error instanceof RetryLater) return { reading: error, asked: hosts.asked };
    throw error;
  }
}

async function text(situation: FakeYouTube, asking: Asking = {}): Promise<SourceText> {
  const { reading: read } = await reading(situation, asking);
  if (read instanceof RetryLater || read.kind !== "text")
    throw new Error(JSON.stringify(read, ["kind", "because", "message"]));
  return read;
}

/** What `ingest` makes of the content. */
function words({ content, format }: SourceText): string {
  return readSource(content, 1_000_000, format)
    .pieces.map((piece) => piece.text)
    .join(" ");
}

describe("captions", () => {
  test("the watch page's own are read with what the page says of the video", async () => {
    const description = "How we did it.\n\n0:00 Welcome\n1:30 - The gateway\n1:02:03 Questions\nhttps://example.org";
    const read = await text({ video: { tracks: [EN], description } });
    expect(read).toMatchObject({
      title: 'Running {brackets} & "quotes" in production',
      by: "Platform Talks",
      published: "2025-03-01T08:00:00-08:00",
      address: ADDRESS,
      format: "json",
      notes: [],
      chapters: [
        { at: 0, title: "Welcome" },
        { at: 90_000, title: "The gateway" },
        { at: 3_723_000, title: "Questions" },
      ],
    });
    expect(words(read)).toBe("we moved every service behind the gateway");
  });

  const five: readonly FakeTrack[] = [
    { language: "de" },
    { language: "en", automatic: true },
    { language: "fr" },
    { language: "en-GB" },
    { language: "pt-BR" },
  ];
  const choices: readonly [string, readonly string[], readonly FakeTrack[], string][] = [
    ["manual before automatic, a region of the language included", ["en"], five, "said in en-GB"],
    ["the first configured language first", ["fr", "en"], five, "said in fr"],
    [
      "automatic ones of the first language before manual ones of the second",
      ["en", "de"],
      [{ language: "de" }, { language: "en", automatic: true }],
      "said in en automatically",
    ],
    ["a region that was asked for", ["pt-BR", "en"], five, "said in pt-BR"],
    ["only automatic ones", ["en"], [{ language: "en", automatic: true }], "said in en automatically"],
    ["a translation as last", ["en"], [{ language: "ja", translatable: true }], "said in ja translated to en"],
    ["what is there where nothing can be translated", ["en"], [{ language: "ja" }], "said in ja"],
  ];
  test.each(choices)("language: %s", async (_, languages, tracks, said) => {
    const read = await text({ video: { tracks } }, { languages });
    expect(words(read)).toBe(said);
    expect(read.notes.join()).toMatch(
      /automatically|translated|ja$/u.test(said) ? /automatic|translated|as they are/u : /^$/u,
    );
  });

  const ways: readonly [string, FakeYouTube][] = [
    ["an empty caption address: an app's is asked", { video: { tracks: [GATED] }, apps: () => ({ tracks: [EN] }) }],
    ["a player without tracks: Innertube has them", { video: {}, apps: () => ({ tracks: [EN] }) }],
    [
      "the first app is told nothing: the second is",
      {
        video: { tracks: [GATED] },
        apps: (client) =>
          client === "iOS"
            ? { tracks: [EN] }
            : { status: "UNPLAYABLE", reason: "Video unavailable", subreason: "The page needs to be reloaded." },
      },
    ],
    [
      "Innertube refuses one app",
      { video: { tracks: [GATED] }, apps: (client) => (client === "ANDROID_VR" ? precondition() : { tracks: [EN] }) },
    ],
    [
      "Innertube answers one app with no data",
      {
        video: { tracks: [GATED] },
        apps: (client) => (client === "ANDROID_VR" ? html("<html>sorry</html>") : { tracks: [EN] }),
      },
    ],
    [
      "a redirect to the question for consent",
      {
        page: () => ({ status: 302, headers: { location: "https://consent.youtube.com/m?continue=x" } }),
        video: { tracks: [EN] },
      },
    ],
    [
      "a page that only asks for consent",
      {
        page: () => html('<html><form action="https://consent.youtube.com/s"></form></html>'),
        video: { tracks: [EN] },
      },
    ],
    [
      "a page of a design nobody knows",
      {
        page: () => html("<html><script>var ytInitialPlayerResponse = {broken;</script></html>"),
        video: { tracks: [EN] },
      },
    ],
    ["the web's player is taken for a robot, an app is not", { page: () => watchPage(BOT), video: { tracks: [EN] } }],
    ["the watch page is refused", { page: () => html("no", 403), video: { tracks: [EN] } }],
    [
      "captions that are a page",
      {
        video: { tracks: [{ language: "en", answers: () => html("<html>robot?</html>") }] },
        apps: () => ({ tracks: [{ ...EN, language: "en-US" }] }),
      },
    ],
    ["one language is gated, another is not", { video: { tracks: [GATED, { ...EN, language: "en-US" }] } }],
    [
      "captions in YouTube's XML only",
      {
        video: {
          tracks: [
            {
              language: "en",
              answers: () => ({
                headers: { "content-type": "text/xml" },
                body: `<?xml version="1.0"?><transcript><text start="1" dur="2">${EN.says}</text></transcript>`,
              }),
            },
          ],
        },
      },
    ],
  ];
  test.each(ways)("%s", async (_, situation) => {
    expect(words(await text(situation))).toBe(EN.says);
  });

  test("the transcript beside the video is read where no caption address answers", async () => {
    const segments = EN.says?.split(" ").map((word, i) => ({
      transcriptSegmentRenderer: {
        startMs: String(i * 1000),
        endMs: String(i * 1000 + 900),
        snippet: { runs: [{ text: word }] },
      },
    }));
    const body = JSON.stringify({
      actions: [{ updateEngagementPanelAction: { content: { body: { initialSegments: segments } } } }],
    });
    const read = await text({
      video: { tracks: [GATED] },
      transcript: () => ({ headers: { "content-type": "application/json" }, body }),
    });
    expect(words(read)).toBe(EN.says);
    expect(read.notes.join()).toContain("transcript shown beside the video");
  });

  test("a host that asks for patience is asked again later, and then the captions come", async () => {
    let times = 0;
    const busy: FakeTrack = { ...EN, answers: () => ({ status: 429, headers: { "retry-after": "90" }, body: "" }) };
    const first = await reading({ video: { tracks: [busy] } });
    expect(first.reading).toMatchObject({ name: "RetryLater", afterMs: 90_000, free: true });
    const page = () => (times++ === 0 ? html("", 429) : watchPage({ tracks: [EN] }));
    const situation: FakeYouTube = { page, video: { tracks: [EN] } };
    expect((await reading(situation)).reading).toBeInstanceOf(RetryLater);
    expect(words(await text(situation))).toBe(EN.says);
  });
});

describe("no captions", () => {
  test("the description is read, which a note says; two that agree are enough to ask", async () => {
    const { reading: read, asked } = await reading({ video: { description: DESCRIPTION } });
    expect(read).toMatchObject({ kind: "text", content: DESCRIPTION, format: "text" });
    expect((read as SourceText).notes.join()).toContain("no captions: the description was read instead");
    expect(asked.map(({ url }) => url.pathname)).toEqual(["/watch", "/youtubei/v1/player"]);
  });

  test("a description that says nothing is no source", async () => {
    const { reading: read } = await reading({ video: { description: "Follow us! https://example.org" } });
    expect(read).toMatchObject({ kind: "unreadable", because: expect.stringContaining("send a transcript") });
  });

  test("a video of this morning gets its automatic captions yet", async () => {
    const { reading: read } = await reading({ video: { description: DESCRIPTION, published: "2026-11-21T10:00:00Z" } });
    expect(read).toMatchObject({ name: "RetryLater", free: true, message: expect.stringContaining("120 minutes old") });
  });

  test("captions that nobody hands out are no description: they are asked for again, with what to do", async () => {
    const { reading: read } = await reading({ video: { tracks: [GATED], description: DESCRIPTION } });
    expect(read).toMatchObject({
      name: "RetryLater",
      free: false,
      message: expect.stringMatching(/proof-of-origin token.*ANDROID/u),
    });
    expect((read as RetryLater).message).toContain("install yt-dlp");
  });
});

describe("videos that cannot be read", () => {
  const never: readonly [string, FakeYouTube["video"], RegExp][] = [
    ["private", { status: "LOGIN_REQUIRED", reason: "This video is private" }, /private.*send/u],
    [
      "private by its subreason",
      { status: "LOGIN_REQUIRED", reason: "Video unavailable", subreason: "Private video" },
      /private/u,
    ],
    ["deleted", { status: "ERROR", reason: "This video has been removed by the uploader" }, /removed/u],
    [
      "of a closed account",
      {
        status: "ERROR",
        reason:
          "This video is no longer available because the YouTube account associated with this video has been terminated.",
      },
      /removed/u,
    ],
    ["never there", { status: "ERROR", reason: "Video unavailable" }, /no such video.*check the address/u],
    ["for grown-ups", { status: "LOGIN_REQUIRED", reason: "Sign in to confirm your age" }, /grown-ups.*send/u],
    [
      "members only",
      {
        status: "UNPLAYABLE",
        reason: "Join this channel to get access to members-only content like this video, and other exclusive perks.",
      },
      /members only/u,
    ],
    ["paid", { status: "UNPLAYABLE", reason: "This video requires payment to watch" }, /paid for/u],
    [
      "of another country",
      { status: "UNPLAYABLE", reason: "The uploader has not made this video available in your country" },
      /country/u,
    ],
    [
      "unplayable for a reason nobody foresaw",
      { status: "UNPLAYABLE", reason: "Something new" },
      /Something new.*open the address/u,
    ],
  ];
  test.each(never)("%s", async (_, video, because) => {
    const { reading: read } = await reading({ video });
    expect(read).toMatchObject({ kind: "unreadable", because: expect.stringMatching(because) });
  });

  const later: readonly [string, FakeYouTube["video"], number, RegExp][] = [
    ["taken for a robot everywhere", BOT, 3_600_000, /robot.*yt-dlp with cookies/u],
    ["live now", { live: true, tracks: [EN] }, 3_600_000, /live now/u],
    [
      "announced",
      { status: "LIVE_STREAM_OFFLINE", reason: "Premieres in 2 hours", startsAt: NOW + 7_200_000 },
      10_800_000,
      /announced for 2026-11-21T14:00/u,
    ],
    [
      "announced for next month",
      { status: "LIVE_STREAM_OFFLINE", startsAt: NOW + 30 * 86_400_000 },
      86_400_000,
      /announced/u,
    ],
  ];
  test.each(later)("later: %s", async (_, video, afterMs, message) => {
    const { reading: read } = await reading({ video });
    expect(read).toMatchObject({ name: "RetryLater", afterMs, message: expect.stringMatching(message) });
  });

  test("a host the school may not ask is said once, and nothing else is tried", async () => {
    const refusing = {
      get: async () => ({ kind: "refused", because: "www.youtube.com is not among SOURCE_HOSTS" }) as const,
    };
    const [reader] = sourceReaders({ web: refusing, languages: ["en"], folders: [], programs: { env: {} } });
    const read = await reader?.read({ address: ADDRESS, options: {} }, new AbortController().signal);
    expect(read).toEqual({ kind: "unreadable", because: "www.youtube.com is not among SOURCE_HOSTS" });
  });

  test("options nobody knows are refused", async () => {
    const [reader] = sourceReaders({
      web: { get: () => Promise.reject(new Error("asked")) },
      languages: ["en"],
      folders: [],
    });
    const read = await reader?.read({ address: ADDRESS, options: { langauges: ["en"] } }, new AbortController().signal);
    expect(read).toMatchObject({ kind: "unreadable", because: expect.stringContaining("langauges") });
  });
});

describe("yt-dlp", () => {
  async function program(script: string): Promise<ProgramSettings> {
    const folder = await temporaryDirectory();
    const command = path.join(folder, "yt-dlp");
    await writeFile(command, `#!/bin/sh\n${script}\n`);
    await chmod(command, 0o755);
    return { env: { PATH: `${folder}:/usr/bin:/bin`, SECRET: "s3cret" } };
  }
  const blocked: FakeYouTube = { video: BOT, apps: (client) => (client === "none" ? { tracks: [EN] } : BOT) };

  test("is asked as the last, and what it finds is read through the guards", async () => {
    const url = `https://www.youtube.com/api/timedtext?v=${VIDEO}&lang=en`;
    const info = {
      title: "From yt-dlp",
      channel: "C",
      upload_date: "20250301",
      subtitles: { en: [{ ext: "vtt", url }] },
      automatic_captions: { de: [{ ext: "json3", url: `${url}&tlang=de` }] },
    };
    const programs = await program(
      `[ -z "$SECRET" ] || exit 9\nfor last; do :; done; [ "$last" = "${ADDRESS}" ] || exit 8\ncat <<'END'\n${JSON.stringify(info)}\nEND`,
    );
    const situation: FakeYouTube = { page: () => watchPage(BOT), video: { tracks: [EN] }, apps: () => precondition() };
    const read = await text(situation, { programs });
    expect(words(read)).toBe(EN.says);
  });

  test.each([
    [
      "its own words are told",
      'echo "ERROR: [youtube] Sign in to confirm" >&2; exit 1',
      /yt-dlp: ERROR: \[youtube\] Sign in/u,
    ],
    ["what it writes is no data", "echo hello", /yt-dlp: it wrote something else/u],
  ])("%s when it fails", async (_, script, message) => {
    const { reading: read } = await reading(blocked, { programs: await program(script) });
    expect(read).toMatchObject({ name: "RetryLater", message: expect.stringMatching(message) });
  });

  test("is missed in words", async () => {
    const { reading: read } = await reading(blocked, { programs: { env: { PATH: "/nowhere" } } });
    expect(read).toMatchObject({ message: expect.stringContaining("yt-dlp: it is not installed") });
  });
});
