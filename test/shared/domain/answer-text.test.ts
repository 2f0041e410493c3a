/** In which character set an answer is read. */
import { expect, test } from "vitest";
import { textOf } from "../../../shared/domain/answer-text.ts";

const latin = (text: string) => Buffer.from(text, "latin1");
const utf16be = (text: string) => Buffer.from(text, "utf16le").swap16();

test.each<[string, string, Uint8Array, string]>([
  ["the header's", "text/html; charset=ISO-8859-1", latin("Zürich"), "Zürich"],
  ["the header's, quoted", `text/html; Charset="windows-1251"`, Buffer.from([0xcf, 0xf0]), "Пр"],
  [
    "the header's before the document's",
    "text/html; charset=utf-8",
    Buffer.from('<meta charset="latin1">ü'),
    '<meta charset="latin1">ü',
  ],
  ["a mark's before the header's", "text/html; charset=latin1", Buffer.from("\uFEFFü"), "ü"],
  ["UTF-16 by its mark", "", Buffer.from("\uFEFFü", "utf16le"), "ü"],
  ["UTF-16 by its mark, the other way round", "", utf16be("\uFEFFü"), "ü"],
  ["UTF-16 by how XML begins", "text/xml", Buffer.from("<?xml?>ü", "utf16le"), "<?xml?>ü"],
  ["UTF-16 by how XML begins, the other way round", "text/xml", utf16be("<?xml?>ü"), "<?xml?>ü"],
  [
    "the XML declaration's",
    "application/xml",
    latin('<?xml version="1.0" encoding="ISO-8859-15"?>\xa4'),
    '<?xml version="1.0" encoding="ISO-8859-15"?>€',
  ],
  ["<meta charset>", "text/html", latin("<html><meta charset=windows-1252>\x80"), "<html><meta charset=windows-1252>€"],
  [
    "<meta http-equiv>",
    "text/html",
    latin('<meta http-equiv="Content-Type" content="text/html; charset=koi8-r">\xf0'),
    '<meta http-equiv="Content-Type" content="text/html; charset=koi8-r">П',
  ],
  ["Shift_JIS", "text/html; charset=Shift_JIS", Buffer.from([0x83, 0x65]), "テ"],
  ["a document that says UTF-16 in single bytes", "", Buffer.from("<meta charset=utf-16>ü"), "<meta charset=utf-16>ü"],
  [
    "a name nobody knows, then the next",
    "text/html; charset=klingon",
    latin("<meta charset=latin1>ü"),
    "<meta charset=latin1>ü",
  ],
  ["nobody's: UTF-8", "text/plain", Buffer.from("Zürich"), "Zürich"],
  ["nobody's, and not UTF-8", "text/plain", latin("Zürich"), "Zürich"],
  ["nothing at all", "", Buffer.alloc(0), ""],
])("%s", (_, contentType, body, text) => {
  expect(textOf({ contentType, body })).toBe(text);
});

test("what cannot be decoded is marked, not thrown", () => {
  expect(textOf({ contentType: "text/plain; charset=utf-8", body: Buffer.from([0x61, 0xff]) })).toBe("a\uFFFD");
});
