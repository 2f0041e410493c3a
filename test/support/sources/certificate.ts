/** A certificate that signs itself, for hosts under names of others: to those who are told to trust it, and to nobody else. */
import { generateKeyPairSync, randomUUID, sign } from "node:crypto";

export interface Certificate {
  /** PEM, both. */
  readonly key: string;
  readonly cert: string;
}

const [SEQUENCE, SET, INTEGER, BOOLEAN, BITS, OCTETS, TEXT, TIME] = [0x30, 0x31, 2, 1, 3, 4, 12, 23] as const;
const ECDSA_WITH_SHA256 = Buffer.from("06082a8648ce3d040302", "hex");
const COMMON_NAME = Buffer.from("0603550403", "hex");
const BASIC_CONSTRAINTS = Buffer.from("0603551d13", "hex");
const ALTERNATIVE_NAMES = Buffer.from("0603551d11", "hex");
const YES = der(BOOLEAN, Buffer.from([0xff]));

/** X.509 as RFC 5280 writes it. `names`: also `*.example.org`. */
export function certificateFor(names: readonly string[]): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const algorithm = der(SEQUENCE, ECDSA_WITH_SHA256);
  // By its name it is found among those that are trusted.
  const name = der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, der(TEXT, Buffer.from(randomUUID())))));
  const hosts = names.map((host) => der(0x82, Buffer.from(host)));
  const extensions = [
    der(SEQUENCE, BASIC_CONSTRAINTS, YES, der(OCTETS, der(SEQUENCE, YES))),
    der(SEQUENCE, ALTERNATIVE_NAMES, der(OCTETS, der(SEQUENCE, ...hosts))),
  ];
  const signed = der(
    SEQUENCE,
    der(0xa0, der(INTEGER, Buffer.from([2]))),
    der(INTEGER, Buffer.from([1])),
    algorithm,
    name,
    der(SEQUENCE, der(TIME, Buffer.from("200101000000Z")), der(TIME, Buffer.from("491231235959Z"))),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der(0xa3, der(SEQUENCE, ...extensions)),
  );
  const signature = der(BITS, Buffer.from([0]), sign("sha256", signed, privateKey));
  const body = der(SEQUENCE, signed, algorithm, signature).toString("base64").replaceAll(/.{64}/gu, "$&\n");
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`,
  };
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const length =
    body.length < 0x80
      ? [body.length]
      : body.length < 0x100
        ? [0x81, body.length]
        : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}
