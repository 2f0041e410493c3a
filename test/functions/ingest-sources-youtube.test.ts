import { describe, expect, test } from "vitest";
import { RetryLater } from "../../shared/runtime/errors.ts";
import { ADDRESS, BOT, EN, GATED, reading, text, words } from "../support/sources/asking-youtube.ts";
import { html } from "../support/sources/hosts.ts";
import { type FakeTrack, type FakeYouTube, precondition, watchPage } from "../support/sources/youtube.ts";

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
