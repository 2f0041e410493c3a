/** What is read from outside, and from where. */
import type { Variable } from "./variable.ts";

export const sources: readonly Variable[] = [
  {
    names: ["MAX_SOURCE_BYTES"],
    default: "`5000000`",
    readBy: "ingest",
    what: "larger sources are refused",
  },
  {
    names: ["SOURCE_HOSTS"],
    default: "YouTube, GitHub, Hacker News",
    readBy: "ingest",
    what: "hosts sources may be read from, separated by commas: `blog.example.org`, `*.example.org`, `host:8443`, `*` for any public one; those of watched sources need not be repeated",
  },
  {
    names: ["SOURCE_PRIVATE_HOSTS"],
    default: "–",
    readBy: "ingest",
    what: "hosts, each with its port unless that is 80 or 443, that may be in the private network: `wiki.corp.example`, `10.0.0.5:8080`; all others are read from public addresses only",
  },
  {
    names: ["SOURCE_TIMEOUT"],
    default: "`30`",
    readBy: "ingest",
    what: "seconds for one answer with its redirects, 300 at most",
  },
  {
    names: ["SOURCE_INTERVAL"],
    default: "`1`",
    readBy: "ingest",
    what: "seconds between two requests to one host, over all pods; `0`: none",
  },
  {
    names: ["SOURCE_USER_AGENT"],
    default: "`cortex-online-school/1.0`",
    readBy: "ingest",
    what: "how the school names itself to hosts, best with an address: `name/1.0 (+https://example.org)`; pages are read as robots.txt lets `name`",
  },
  {
    names: ["SOURCE_PROXY"],
    default: "–",
    readBy: "ingest",
    what: "an HTTP proxy to the web; the usual proxy variables do not count for sources",
  },
  {
    names: ["SOURCES"],
    default: "–",
    readBy: "ingest, coordinator",
    what: "a YAML file of sources the school looks at by itself; [an example](samples/sources.yaml)",
  },
  {
    names: ["SOURCE_LANGUAGES"],
    default: "`en`",
    readBy: "ingest",
    what: "languages of captions, the most wanted first: `en,pt-BR`",
  },
  {
    names: ["SOURCE_FOLDERS"],
    default: "–",
    readBy: "ingest",
    what: "folders sources of kind `folder` may be read from, absolute, separated by commas",
  },
  {
    names: ["SOURCE_GITHUB_TOKEN"],
    default: "–",
    readBy: "ingest",
    what: "reads GitHub, and needs no right but that: of the server of `GITHUB_API_URL` where that is set, else of github.com; `GITHUB_TOKEN`, which may write, is not used for sources",
  },
  {
    names: ["YT_DLP"],
    default: "–",
    readBy: "ingest",
    what: "the program yt-dlp, asked where YouTube's own interfaces give no captions",
  },
];
