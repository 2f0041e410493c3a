import { describe, expect, test } from "vitest";
import { chunksOfFile } from "../../../../shared/knowledge/chunking/chunk-file.ts";
import { embeddedText } from "../../../../shared/knowledge/chunking/embedded-text.ts";
import { redactText } from "../../../../shared/repository/redact.ts";
import { filesWith, plantedSecrets } from "../../../support/knowledge/planted-secrets.ts";

const rounds = Array.from({ length: 12 }, (_, seed) => plantedSecrets(seed));
const kinds = (rounds[0] ?? []).map(({ kind }, at) => ({ kind, drawn: rounds.map((one) => one[at]) }));

describe("no planted secret is left in any kind of file", () => {
  test("there are enough kinds", () => {
    expect(new Set(kinds.map(({ kind }) => kind)).size).toBeGreaterThanOrEqual(30);
  });

  test.each(kinds)("$kind", ({ drawn }) => {
    for (const planted of drawn) {
      if (planted === undefined) throw new Error("not drawn");
      for (const { path, text, plain } of filesWith(planted)) {
        const chunks = chunksOfFile({ corpus: "documents", source: "docs", path, text });
        const shown = chunks.map((chunk) => `${JSON.stringify(chunk)}\n${embeddedText(chunk)}`).join("\n");
        const bodies = chunks.map((chunk) => chunk.text).join("\n");
        for (const secret of planted.secrets) {
          expect(shown, `${planted.kind} in ${path}:\n${text}\n${bodies}`).not.toContain(secret);
          expect(shown, path).not.toContain(Buffer.from(planted.value).toString("base64"));
        }
        for (const line of plain)
          expect(bodies, `${planted.kind} in ${path}`).toContain(line.trim().replace(/\r$/, ""));
        expect(redactText(text).split("\n").length).toBe(text.split("\n").length);
      }
    }
  });
});
