import { chmod, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { sourceReaders } from "../../functions/ingest/sources/open.ts";
import { captionProgram } from "../../shared/adapters/caption-program.ts";
import type { RetryLater } from "../../shared/runtime/errors.ts";
import type { CaptionProgram, SourceText } from "../../shared/source-ports.ts";
import { temporaryDirectory } from "../support/directory.ts";
import { ADDRESS, BOT, DESCRIPTION, EN, GATED, NOW, reading, text, words } from "../support/sources/asking-youtube.ts";
import { type FakeYouTube, precondition, VIDEO, watchPage } from "../support/sources/youtube.ts";

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
    const [reader] = sourceReaders({ web: refusing, languages: ["en"], captionProgram: captionProgram({ env: {} }) });
    const read = await reader?.read({ address: ADDRESS, options: {} }, new AbortController().signal);
    expect(read).toEqual({ kind: "unreadable", because: "www.youtube.com is not among SOURCE_HOSTS" });
  });

  test("options nobody knows are refused", async () => {
    const [reader] = sourceReaders({
      web: { get: () => Promise.reject(new Error("asked")) },
      languages: ["en"],
    });
    const read = await reader?.read({ address: ADDRESS, options: { langauges: ["en"] } }, new AbortController().signal);
    expect(read).toMatchObject({ kind: "unreadable", because: expect.stringContaining("langauges") });
  });
});

describe("yt-dlp", () => {
  async function program(script: string): Promise<CaptionProgram> {
    const folder = await temporaryDirectory();
    const command = path.join(folder, "yt-dlp");
    await writeFile(command, `#!/bin/sh\n${script}\n`);
    await chmod(command, 0o755);
    return captionProgram({ env: { PATH: `${folder}:/usr/bin:/bin`, SECRET: "s3cret" } });
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
    const ytDlp = await program(
      `[ -z "$SECRET" ] || exit 9\nfor last; do :; done; [ "$last" = "${ADDRESS}" ] || exit 8\ncat <<'END'\n${JSON.stringify(info)}\nEND`,
    );
    const situation: FakeYouTube = { page: () => watchPage(BOT), video: { tracks: [EN] }, apps: () => precondition() };
    const read = await text(situation, { captionProgram: ytDlp });
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
    const { reading: read } = await reading(blocked, { captionProgram: await program(script) });
    expect(read).toMatchObject({ name: "RetryLater", message: expect.stringMatching(message) });
  });

  test("is missed in words", async () => {
    const { reading: read } = await reading(blocked, { captionProgram: captionProgram({ env: { PATH: "/nowhere" } }) });
    expect(read).toMatchObject({ message: expect.stringContaining("yt-dlp: it is not installed") });
  });
});
