/** Addresses from outside: only plain web addresses ever become a link. */

/** The address when it is http or https and carries no credentials; anything else stays text. */
export function webAddress(text: string | undefined): URL | undefined {
  if (text === undefined || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:") return undefined;
  return url.username === "" && url.password === "" ? url : undefined;
}

/** hh:mm:ss (or mm:ss) as seconds; undefined for anything else. */
export function seconds(at: string | undefined): number | undefined {
  if (at === undefined || !/^(\d{1,3}:)?\d{1,2}:\d{2}(\.\d+)?$/.test(at)) return undefined;
  return at.split(":").reduce((sum, part) => sum * 60 + Math.floor(Number(part)), 0);
}

/** The source at the moment of a quote, where its site has a way to say so. */
export function atMoment(address: string | undefined, at: string | undefined): string | undefined {
  const url = webAddress(address);
  if (url === undefined) return undefined;
  const moment = seconds(at);
  if (moment === undefined) return url.href;
  const host = url.hostname.replace(/^(www|m)\./, "");
  if (host === "youtube.com" || host === "youtu.be") url.searchParams.set("t", `${moment}s`);
  else if (host === "vimeo.com") url.hash = `t=${moment}s`;
  // Media fragments (W3C) for a recording itself; a page would take it for an anchor.
  else if (/\.(mp4|webm|ogv|ogg|mp3|m4a|wav)$/i.test(url.pathname)) url.hash = `t=${moment}`;
  return url.href;
}

const REQUEST = /^(?<repository>\/.+?)\/(?<way>-\/)?(?:pull|pulls|merge_requests)\/\d+\/?$/;

/** A commit's page, as the forge of a pull request of the same repository has it. */
export function commitAddress(request: string | undefined, commit: string): string | undefined {
  const url = webAddress(request);
  const { repository, way = "" } = REQUEST.exec(url?.pathname ?? "")?.groups ?? {};
  if (url === undefined || repository === undefined || !/^[0-9a-f]{7,64}$/.test(commit)) return undefined;
  return `${url.origin}${repository}/${way}commit/${commit}`;
}

/** A commit's page where the coordinator knows the forge. */
export function commitPage(pages: string | undefined, commit: string): string | undefined {
  if (webAddress(pages) === undefined || !/^[0-9a-f]{7,64}$/.test(commit)) return undefined;
  return `${pages}${commit}`;
}

/** Talks of the founding platform have a video and no address. */
export function sourceAddress(said: {
  source_url?: string | undefined;
  video_id?: string | undefined;
}): string | undefined {
  const { source_url: address, video_id: video } = said;
  if (address !== undefined || video === undefined || !/^[\w-]{11}$/.test(video)) return address;
  return `https://www.youtube.com/watch?v=${video}`;
}
