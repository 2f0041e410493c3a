/**
 * Connections that go where they may and nowhere else. The check is part of connecting: the address that was checked is the
 * one that is connected to, so a name that means another address a moment later gains nothing by it.
 */
import { type LookupAddress, promises } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import { Agent, buildConnector, type Dispatcher, ProxyAgent } from "undici";
import { wrongWith } from "./addresses.ts";
import { type Admission, forbidden } from "./admission.ts";
import { isListed, plainHost } from "./hosts.ts";

/** All addresses of a name, as `dns.lookup` gives them. */
export type Resolve = (host: string) => Promise<readonly LookupAddress[]>;

/** A name that leads where nothing may be read; its message says so to people. */
export class ForbiddenAddress extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ForbiddenAddress";
  }
}

const CONNECT_MS = 10_000;
/** Until the first byte of the answer, and between two parts of it. */
const SILENCE_MS = 15_000;
const HEADER_BYTES = 64 * 1_024;
const OPTIONS = { headersTimeout: SILENCE_MS, bodyTimeout: SILENCE_MS, maxHeaderSize: HEADER_BYTES, allowH2: false };

export function systemResolver(host: string): Promise<readonly LookupAddress[]> {
  return promises.lookup(host, { all: true });
}

export interface Connections {
  readonly dispatcher: Dispatcher;
  /** Before a request; throws ForbiddenAddress. Has nothing to do where connecting itself is guarded. */
  admit(url: URL): Promise<void>;
}

/** Opens nothing yet. */
export function connections(rules: Admission, proxy: string | undefined, resolve: Resolve): Connections {
  if (proxy === undefined) {
    const dispatcher = new Agent({ ...OPTIONS, connections: 4, connect: guardedConnector(rules, resolve) });
    return { dispatcher, admit: async () => undefined };
  }
  return {
    dispatcher: new ProxyAgent({ uri: proxy, ...OPTIONS }),
    // The proxy looks names up, and has the last word; what is known of them here counts all the same.
    async admit(url) {
      const known = await resolve(plainHost(url)).catch(() => []);
      for (const { address } of known) check(rules, url, address);
    },
  };
}

function guardedConnector(rules: Admission, resolve: Resolve): buildConnector.connector {
  return (options, callback) => {
    const url = new URL(`${options.protocol}//${options.host ?? options.hostname}`);
    const failed = (error: unknown) => queueMicrotask(() => callback(error as Error, null));
    try {
      // A literal address is not looked up.
      if (isIP(options.hostname) !== 0) check(rules, url, options.hostname);
    } catch (error) {
      failed(error);
      return;
    }
    const lookup: LookupFunction = (name, { all }, found) => {
      resolve(name)
        .then((addresses) => checked(rules, url, addresses))
        .then(
          (addresses) =>
            all === true ? found(null, addresses) : found(null, addresses[0].address, addresses[0].family),
          (error: NodeJS.ErrnoException) => found(error, "", 0),
        );
    };
    buildConnector({ timeout: CONNECT_MS, allowH2: false, lookup })(options, callback);
  };
}

type Addresses = [LookupAddress, ...LookupAddress[]];

/** One that may not be read is enough: nobody has a reason to mix it with others. */
function checked(rules: Admission, url: URL, addresses: readonly LookupAddress[]): Addresses {
  const [first, ...others] = addresses;
  if (first === undefined) throw Object.assign(new Error(`${url.hostname} has no address`), { code: "ENOTFOUND" });
  for (const { address } of addresses) check(rules, url, address);
  return [first, ...others];
}

function check(rules: Admission, url: URL, address: string): void {
  const wrong = wrongWith(address, isListed(rules.privateHosts, url));
  if (wrong !== undefined) throw new ForbiddenAddress(forbidden(address, wrong, url));
}
