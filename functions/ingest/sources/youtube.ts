/** YouTube: a video's captions as text, a channel or a playlist as a listing. */
import * as z from "zod";
import type { SourceReader } from "../../../shared/source-ports.ts";
import { optionsOf, unreadable } from "./options.ts";
import { isYouTube, youTubeAddress } from "./youtube-address.ts";
import type { VideoPorts } from "./youtube-video.ts";

const Options = z.strictObject({
  /** Instead of the configured languages. */
  languages: z
    .array(z.string().regex(/^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/, "must be as in en or pt-BR"))
    .min(1)
    .optional(),
});

/** Loads what it needs when it first reads. */
export function youTubeReader(ports: VideoPorts): SourceReader {
  return {
    kind: "youtube",
    takes: isYouTube,
    read: async ({ address, options, known }, signal) => {
      const read = optionsOf("youtube", Options, options);
      if ("kind" in read) return read;
      const asked = youTubeAddress(address);
      if (asked === undefined) {
        return unreadable(`${address.slice(0, 200)} is no video, channel or playlist of YouTube: check the address`);
      }
      if (asked.kind !== "video") {
        const { readChannel } = await import("./youtube-channel.ts");
        return readChannel(asked, known === undefined ? {} : { known }, ports.web, signal);
      }
      const { readVideo } = await import("./youtube-video.ts");
      return readVideo(asked.id, { ...ports, languages: read.options.languages ?? ports.languages }, signal);
    },
  };
}
