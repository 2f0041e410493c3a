/** Which addresses may be asked: every way of writing one, every kind of network, every list of hosts. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { wrongWith } from "../../shared/adapters/web/addresses.ts";
import { type Admission, admitted } from "../../shared/adapters/web/admission.ts";
import { hostPatterns } from "../../shared/adapters/web/hosts.ts";
import { webSettings } from "../../shared/adapters/web/settings.ts";

function rules(hosts: string, privateHosts = ""): Admission {
  return { hosts: hostPatterns(hosts).patterns, privateHosts: hostPatterns(privateHosts).patterns };
}
const anyHost = rules("*,*:8080");
function refusal(address: string, allowed = anyHost, from?: string): string | undefined {
  const answer = admitted(address, from === undefined ? undefined : new URL(from), allowed);
  return "because" in answer ? answer.because : undefined;
}

describe("addresses of networks", () => {
  const FORBIDDEN = `
    0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.255 127.0.0.1 127.255.255.254 169.254.0.1
    169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.192 192.0.2.1 192.88.99.1 192.168.0.1 198.18.0.1
    198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255
    100.100.100.200 168.63.129.16
    :: ::1 ::7f00:1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::ffff:0:7f00:1 64:ff9b::7f00:1 64:ff9b::808:808 64:ff9b:1::1 100::1
    2001::1 2001:db8::1 2001:10::1 2001:20::1 2002:7f00:1:: 3fff::1 5f00::1 fc00::1 fd12:3456::1 fd00:ec2::254 fd20:ce::254
    fe80::1 fe80::1%eth0 fec0::1 ff02::1 4000::1 e000::1`;
  test.each(FORBIDDEN.trim().split(/\s+/))("%s is not read", (address) => {
    expect(wrongWith(address, false)).toBeDefined();
  });

  const PUBLIC = `8.8.8.8 1.1.1.1 9.255.255.255 11.0.0.1 93.184.216.34 100.63.255.255 100.128.0.1 172.15.0.1 172.32.0.1
    192.167.0.1 192.169.0.1 223.255.255.254 2606:4700::6810:85e5 2a00:1450:4001::200e 2001:4860:4860::8888`;
  test.each(PUBLIC.trim().split(/\s+/))("%s is read", (address) => {
    expect(wrongWith(address, false)).toBeUndefined();
  });

  test.each(["127.0.0.1", "::1", "10.0.0.1", "172.20.1.1", "192.168.1.1", "100.64.0.1", "fd12::1"])(
    "%s is read for hosts named as private",
    (address) => {
      expect(wrongWith(address, true)).toBeUndefined();
    },
  );

  const NEVER =
    "169.254.169.254 100.100.100.200 fd00:ec2::254 fd20:ce::254 168.63.129.16 0.0.0.0 224.0.0.1 fe80::1 ::ffff:10.0.0.1 64:ff9b::a00:1";
  test.each(NEVER.split(" "))("%s is never read, not even for those", (address) => {
    expect(wrongWith(address, true)).toBeDefined();
  });
});

describe("ways of writing an address", () => {
  const LOOPBACK = `127.0.0.1 127.1 127.0.1 2130706433 0x7f000001 0x7f.1 0177.0.0.1 017700000001 0x7f.0x0.0x0.0x1 127.0.0.1.
    %31%32%37.0.0.1 １２７.0.0.1 127。0。0。1 [::1] [0:0:0:0:0:0:0:1] [::ffff:127.0.0.1] [::ffff:7f00:1] [::127.0.0.1] 0 0.0.0.0 [::]
    [64:ff9b::127.0.0.1]`;
  test.each(LOOPBACK.trim().split(/\s+/))("http://%s/ is not read", (host) => {
    expect(refusal(`http://${host}/`)).toBeDefined();
  });

  test.each([
    "[fe80::1%25eth0]",
    "[fe80::1%eth0]",
    "256.256.256.256",
    "0x100000000",
    "1.2.3.4.5",
    "a b",
    "",
    "..",
    "%00",
  ])("http://%s/ is no address", (host) => {
    expect(refusal(`http://${host}/`)).toBeDefined();
  });

  /** One IPv4 address in the forms `inet_aton` takes: 1 to 4 parts, each decimal, octal or hexadecimal. */
  const forms = fc
    .tuple(
      fc.integer({ min: 0, max: 0xff_ff_ff_ff }),
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 4, maxLength: 4 }),
    )
    .map(([value, count, bases]) => {
      const bytes = [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256);
      const head = bytes.slice(0, count - 1);
      const tail = bytes.slice(count - 1).reduce((sum, byte) => sum * 256 + byte, 0);
      const written = [...head, tail].map(
        (part, i) => [`${part}`, `0${part.toString(8)}`, `0x${part.toString(16)}`][bases[i] ?? 0],
      );
      return { plain: bytes.join("."), written: written.join(".") };
    });

  test("however an IPv4 address is written, it is judged as what it is", () => {
    fc.assert(
      fc.property(forms, ({ plain, written }) => {
        const judged = wrongWith(plain, false) === undefined;
        expect(refusal(`http://${written}/`) === undefined).toBe(judged);
        expect(refusal(`https://${written}.:443/x`) === undefined).toBe(judged);
      }),
      { numRuns: 200 },
    );
  });

  test("an IPv4 address inside an IPv6 address opens nothing", () => {
    const inside = fc.tuple(
      fc.constantFrom("::ffff:", "::", "64:ff9b::", "::ffff:0:", "2002:"),
      fc.integer({ min: 0, max: 0xff_ff_ff_ff }),
    );
    fc.assert(
      fc.property(inside, ([before, value]) => {
        const groups = `${Math.floor(value / 65_536).toString(16)}:${(value % 65_536).toString(16)}`;
        expect(refusal(`http://[${before}${groups}${before === "2002:" ? "::" : ""}]/`)).toBeDefined();
      }),
      { numRuns: 150 },
    );
  });

  test("no text makes the check fail", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.webUrl(), fc.ipV6(), fc.ipV4Extended()), (text) => {
        for (const address of [text, `http://${text}/`]) {
          const answer = admitted(address, undefined, anyHost);
          if ("url" in answer) expect(answer.url.protocol).toMatch(/^https?:$/);
          else expect(answer.because).toMatch(/^[\x20-\x7e…]{1,600}$/);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe("hosts", () => {
  const allowed = rules(
    "blog.example.org,*.talks.example, MÜNCHEN.example ,api.example:8443,[2606:4700::1111]",
    "wiki.corp.example,10.0.0.5:8080",
  );
  test.each([
    ["https://blog.example.org/a", true],
    ["http://BLOG.example.org./a", true],
    ["https://blog.example.org:80/", true],
    ["https://blog.example.org:8443/", false],
    ["https://example.org/", false],
    ["https://blog.example.org.evil.test/", false],
    ["https://evilblog.example.org/", false],
    ["https://a.talks.example/", true],
    ["https://a.b.talks.example/", true],
    ["https://talks.example/", false],
    ["https://eviltalks.example/", false],
    ["https://xn--mnchen-3ya.example/", true],
    ["https://münchen.example/", true],
    ["https://api.example:8443/", true],
    ["https://api.example/", false],
    ["https://[2606:4700::1111]/", true],
    ["http://wiki.corp.example/", true],
    ["http://10.0.0.5:8080/", true],
    ["http://10.0.0.5/", false],
    ["http://10.0.0.6:8080/", false],
    ["http://0xa000005:8080/", true],
  ])("%s: %s", (address, isAllowed) => {
    expect(refusal(address, allowed) === undefined).toBe(isAllowed);
  });

  test("a refusal names what to configure, and nothing secret of the address", () => {
    const because = refusal("https://new.example:444/path?token=secret#x", allowed);
    expect(because).toContain("add new.example:444 to SOURCE_HOSTS");
    expect(because).not.toContain("secret");
    expect(refusal("http://10.1.1.1:81/", allowed)).toContain("SOURCE_PRIVATE_HOSTS names it (10.1.1.1:81)");
  });

  test.each([
    ["ftp://blog.example.org/", "http"],
    ["file:///etc/passwd", "http"],
    ["gopher://blog.example.org/", "http"],
    ["data:text/plain,x", "http"],
    ["javascript:alert(1)", "http"],
    ["https://me:secret@blog.example.org/", "password"],
    ["https://me@blog.example.org/", "password"],
    [`https://blog.example.org/${"x".repeat(9_000)}`, "no address"],
    ["not an address", "no address"],
    ["/relative", "no address"],
  ])("%s is refused", (address, because) => {
    expect(refusal(address, allowed)).toContain(because);
    expect(refusal(address, allowed)).not.toContain("secret");
  });

  test("https does not lead to http; the other way round it may", () => {
    expect(refusal("http://blog.example.org/", allowed, "https://blog.example.org/")).toContain("plain http");
    expect(refusal("https://blog.example.org/", allowed, "http://blog.example.org/")).toBeUndefined();
    expect(refusal("//a.talks.example/x", allowed, "https://blog.example.org/")).toBeUndefined();
  });

  test("what is asked has no fragment and no second name", () => {
    const answer = admitted("https://blog.example.org.:443/a?b#c", undefined, allowed);
    expect("url" in answer && answer.url.href).toBe("https://blog.example.org/a?b");
  });

  test("known kinds of sources need no configuration, a configured source's host neither", () => {
    const standard = webSettings({});
    const own = webSettings({ SOURCE_HOSTS: "only.example" }, ["feed.example", "*.more.example:8080"]);
    const can = (address: string, given: Admission) => refusal(address, given) === undefined;
    expect(can("https://www.youtube.com/feeds/videos.xml", standard)).toBe(true);
    expect(can("https://api.github.com/repos/a/b", standard)).toBe(true);
    expect(can("https://blog.example.org/", standard)).toBe(false);
    expect(can("https://only.example/", own)).toBe(true);
    expect(can("https://feed.example/", own)).toBe(true);
    expect(can("http://a.more.example:8080/", own)).toBe(true);
    expect(can("https://www.youtube.com/", own)).toBe(false);
  });

  test.each([
    "https://blog.example.org",
    "a/b",
    "host:0",
    "host:70000",
    "*x.example",
    "a*b",
    "user@host",
    "[::1",
    "*.",
    ":80",
    "a:b:c",
  ])("%s is no host, and says so", (entry) => {
    expect(() => webSettings({ SOURCE_HOSTS: entry })).toThrow(/SOURCE_HOSTS/);
  });
});
