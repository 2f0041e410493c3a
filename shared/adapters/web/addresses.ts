/** Which IP addresses the school may be led to. */
import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/** Inside somebody's network: for hosts that were named as private. */
const INSIDE: Readonly<Record<string, string>> = {
  loopback: "of this machine itself",
  private: "of a private network",
  carrierGradeNat: "of a private network (carrier-grade NAT)",
  uniqueLocal: "of a private network",
};

/**
 * Where clouds tell a machine its secrets, or serve only it, under addresses that look like others: AWS and GCP over IPv6,
 * Alibaba, Azure. The usual one, 169.254.169.254, is link-local.
 */
const METADATA: ReadonlySet<string> = new Set([
  "fd00:ec2::254",
  "fd00:ec2::23",
  "fd20:ce::254",
  "100.100.100.200",
  "168.63.129.16",
]);

/** All of the global unicast addresses that have been given out (RFC 4291, IANA). */
const GLOBAL_IPV6 = ipaddr.IPv6.parseCIDR("2000::/3");

export interface Wrong {
  /** As in `127.0.0.1 is an address …`. */
  readonly what: string;
  /** Would be right for a host that was named as private. */
  readonly isInside: boolean;
}

/** What is wrong with an address; undefined: it may be connected to. */
export function wrongWith(address: string, mayBeInside: boolean): Wrong | undefined {
  const never = (what: string): Wrong => ({ what, isInside: false });
  if (isIP(address) === 0 || address.includes("%")) return never("of one network card only");
  const ip = ipaddr.parse(address);
  if (METADATA.has(ip.toString())) return never("at which a cloud tells its machines their secrets");
  const range = ip.range();
  const inside = INSIDE[range];
  if (inside !== undefined) return mayBeInside ? undefined : { what: inside, isInside: true };
  if (range !== "unicast") return never(`of no web server (${range})`);
  // What is left carries an IPv4 address inside (::/96), or nobody has given it out.
  if (ip instanceof ipaddr.IPv6 && !ip.match(GLOBAL_IPV6)) return never("of no web server (reserved)");
  return undefined;
}
