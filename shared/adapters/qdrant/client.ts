/** Opens the client of Qdrant, which is loaded only when the first call is made. */
import type { QdrantClient } from "@qdrant/js-client-rest";
import { ConfigurationError } from "../../runtime/config.ts";
import type { QdrantAccess } from "./settings.ts";

/** The client knows no address without a port. */
const PORT = 6333;

/** `timeoutMs` limits every single request. Throws ConfigurationError when there is no address. */
export async function openClient({ url, key }: QdrantAccess, timeoutMs: number): Promise<QdrantClient> {
  if (url === undefined) throw new ConfigurationError(["QDRANT_URL: needed where the index is written or asked"]);
  const { QdrantClient } = await import("@qdrant/js-client-rest");
  return new QdrantClient({
    ...addressOf(url),
    timeout: timeoutMs,
    // A newer server answers what is used here; the client would warn on the console of every function.
    checkCompatibility: false,
    // As a header, because the client warns about a key over http, which is what a cluster uses inside.
    ...(key === undefined ? {} : { headers: { "api-key": key } }),
  });
}

/** The client drops the path of an address, and takes the default port of a scheme for none given. */
export function addressOf(url: string): { host: string; port: number; https: boolean; prefix: string } {
  const { protocol, hostname, pathname } = new URL(url);
  const port = /^[a-z]+:\/\/[^/?#]*:(\d+)(?:[/?#]|$)/i.exec(url)?.[1];
  return {
    host: hostname,
    port: port === undefined ? PORT : Number(port),
    https: protocol === "https:",
    prefix: pathname.replace(/\/+$/, ""),
  };
}
