import fc from "fast-check";
import { expect, test } from "vitest";
import {
  type Approval,
  isSigned,
  type SignedApproval,
  signApproval,
} from "../../../shared/domain/approval-signature.ts";

const secret = "a secret of sixteen characters";
const approval: Approval = {
  improvement: "0123456789abcdef",
  hash: "c0ffee",
  verdict: "auto",
  application: "shop",
  actor: "rule:relevance",
  reason: "relevance 0.97 reaches 0.95",
  approvedAt: 1_000,
  expiresAt: 2_000,
};

test("what was signed with a secret is recognised with it, also after a trip through JSON", () => {
  const signed = signApproval(approval, secret);
  expect(isSigned(signed, secret)).toBe(true);
  expect(isSigned(JSON.parse(JSON.stringify(signed)) as SignedApproval, secret)).toBe(true);
});

test("another secret does not recognise it", () => {
  expect(isSigned(signApproval(approval, secret), `${secret}!`)).toBe(false);
});

test.each(Object.keys(approval) as (keyof Approval)[])("a changed %s breaks the signature", (field) => {
  const signed = signApproval(approval, secret);
  const value = typeof signed[field] === "number" ? (signed[field] as number) + 1 : `${signed[field]}x`;
  expect(isSigned({ ...signed, [field]: value } as SignedApproval, secret)).toBe(false);
});

test("facts moved from one field into the next break the signature", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string({ minLength: 1 }), (application, actor, part) => {
      const signed = signApproval({ ...approval, application: application + part, actor }, secret);
      return !isSigned({ ...signed, application, actor: part + actor }, secret);
    }),
  );
});

test.each([
  ["an empty signature", ""],
  ["letters that are no hexadecimal", "zz".repeat(32)],
  ["half a signature", "ab".repeat(16)],
  ["a missing one", undefined],
  ["a null", null],
])("%s is refused without an exception", (_name, signature) => {
  expect(isSigned({ ...approval, signature } as unknown as SignedApproval, secret)).toBe(false);
});

test("a signature with anything appended is refused", () => {
  const signed = signApproval(approval, secret);
  expect(isSigned({ ...signed, signature: `${signed.signature}zz` }, secret)).toBe(false);
});
