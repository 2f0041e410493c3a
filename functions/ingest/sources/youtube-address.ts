/** The many addresses of YouTube's videos and channels. */

export type YouTubeAddress =
  | { readonly kind: "video"; readonly id: string }
  /** Whose feed has a known address. */
  | { readonly kind: "listing"; readonly by: "channel_id" | "playlist_id" | "user"; readonly id: string }
  /** A name that only the channel's page resolves: `/@name`, `/c/name`. */
  | { readonly kind: "named"; readonly page: string };

const HOSTS: ReadonlySet<string> = new Set(["youtube.com", "youtube-nocookie.com", "youtu.be"]);
const VIDEO = /^[\w-]{11}$/u;
const CHANNEL = /^UC[\w-]{22}$/u;
const PLAYLIST = /^[A-Za-z][\w-]{9,63}$/u;

export function isYouTube(address: URL): boolean {
  return /^https?:$/u.test(address.protocol) && HOSTS.has(hostOf(address));
}

export function videoPage(id: string): string {
  return `https://www.youtube.com/watch?v=${id}`;
}

/** An address, or a video's or a channel's bare id. Undefined: none of a video, a channel or a playlist. */
export function youTubeAddress(text: string): YouTubeAddress | undefined {
  const bare = text.trim();
  if (VIDEO.test(bare)) return { kind: "video", id: bare };
  if (CHANNEL.test(bare)) return { kind: "listing", by: "channel_id", id: bare };
  if (/^@[\p{L}\p{N}._·-]{1,60}$/u.test(bare)) return named(`/${bare}`);
  const url = URL.parse(bare.includes("://") ? bare : `https://${bare}`);
  return url === null || !isYouTube(url) ? undefined : ofUrl(url);
}

function ofUrl(url: URL): YouTubeAddress | undefined {
  const [first = "", second = ""] = url.pathname.split("/").filter((part) => part !== "");
  if (hostOf(url) === "youtu.be") return video(first);
  const query = (name: string) => url.searchParams.get(name) ?? "";
  if (first === "watch") return video(query("v"));
  // Older players and attribution links carry the watch address inside.
  if (first === "attribution_link" && query("u") !== "") {
    const inner = URL.parse(query("u"), "https://www.youtube.com");
    return inner === null || !isYouTube(inner) || inner.pathname.startsWith("/attribution_link")
      ? undefined
      : ofUrl(inner);
  }
  if (["shorts", "live", "embed", "v", "e"].includes(first) && second !== "") {
    if (first === "embed" && second === "videoseries") return playlist(query("list"));
    return video(second);
  }
  if (first === "playlist") return playlist(query("list"));
  if (first === "feeds" && second === "videos.xml") return ofFeed(query);
  if (first === "channel") return CHANNEL.test(second) ? { kind: "listing", by: "channel_id", id: second } : undefined;
  if (first === "user" && second !== "") return { kind: "listing", by: "user", id: decoded(second) };
  if (first === "c" && second !== "") return named(`/c/${second}`);
  return first.startsWith("@") || first.startsWith("%40") ? named(`/${first}`) : undefined;
}

function ofFeed(query: (name: string) => string): YouTubeAddress | undefined {
  if (CHANNEL.test(query("channel_id"))) return { kind: "listing", by: "channel_id", id: query("channel_id") };
  if (query("user") !== "") return { kind: "listing", by: "user", id: query("user") };
  return playlist(query("playlist_id"));
}

function video(id: string): YouTubeAddress | undefined {
  return VIDEO.test(id) ? { kind: "video", id } : undefined;
}

function playlist(id: string): YouTubeAddress | undefined {
  return PLAYLIST.test(id) ? { kind: "listing", by: "playlist_id", id } : undefined;
}

function named(path: string): YouTubeAddress {
  return { kind: "named", page: new URL(path, "https://www.youtube.com").href };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    // Broken escapes: then it is meant as it stands.
    if (error instanceof URIError) return part;
    throw error;
  }
}

function hostOf(url: URL): string {
  return url.hostname.replace(/^(?:www|m|music)\./u, "");
}
