/** The dialog of a rollback on the dashboard: what it would do stands there before anybody confirms. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { gitCli } from "../../../shared/adapters/git-cli.ts";
import { changeSet } from "../../../shared/domain/change-set.ts";
import { noBrowser } from "../../support/browser.ts";
import { type GitRemote, gitRemote } from "../../support/git-remote.ts";
import { dashboard, SOON } from "./ui-dashboard.ts";

const FILE = "apps/shop/limits.yaml";
const CLAIM =
  "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data, namespace: shop}\nspec: {resources: {requests: {storage: 1Gi}}}\n";
const APPLICATION = (repoURL: string) =>
  `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: shop, namespace: argocd}\nspec: {source: {repoURL: "${repoURL}", path: apps/shop, targetRevision: main}, destination: {namespace: shop}}\n`;

describe.skipIf(noBrowser)("the dialog of a rollback (skipped where no Chromium is on PATH)", () => {
  let remote: GitRemote;
  const at = dashboard({
    async sight() {
      const git = gitCli({ remote: remote.url, cacheDir: remote.cacheDir, author: "School <school@example.org>" });
      const bound = async () => ({ status: { phase: "Bound" } });
      return { git, platform: { repository: remote.url }, mode: "direct", cluster: { object: bound } };
    },
  });
  beforeEach(async () => {
    remote = await gitRemote({ [FILE]: "memory: none\n" });
    await remote.push({ "argocd-apps/shop.yaml": APPLICATION(remote.url) });
  });
  afterEach(() => remote.close());

  async function verified(id: string, file: string, text: string): Promise<void> {
    const commit = await remote.push({ [file]: text });
    await at.school.stand(id, "verified", {
      title: "Limit the cart",
      change_set: changeSet([{ path: file, before: null, after: text }], [], "shop"),
      git_commit: commit,
    });
    await at.signedIn("reviewer", `/improvements/${id}`);
    await at.page.locator(".actions").getByRole("button", { name: "Roll back", exact: true }).click();
  }

  test("shows the revert, and then asks for a reason", async () => {
    await verified("roll-1", FILE, "memory: 64Mi\n");
    const dialog = at.page.getByRole("dialog");
    await dialog.getByText("what would be pushed").waitFor();
    const diff = dialog.getByRole("region", { name: `Changes of ${FILE}` });
    expect(await diff.locator("tr.added .code").allTextContents()).toEqual(["added: memory: none"]);
    expect(await diff.locator("tr.removed .code").allTextContents()).toEqual(["removed: memory: 64Mi"]);
    await dialog.getByLabel("Reason").fill("it hurts");
    await dialog.getByRole("button", { name: "Roll back", exact: true }).click();
    await expect.poll(() => at.badge().textContent(), SOON).toBe("Rolling back");
  });

  test("says what would be lost, and why the rollback would stop there", async () => {
    await verified("roll-2", "apps/shop/data.yaml", CLAIM);
    const dialog = at.page.getByRole("dialog");
    await dialog.getByText(/Not possible now: a revert would take data with it/).waitFor();
    const objects = dialog.getByRole("list", { name: "Objects of the rollback" });
    expect(await objects.textContent()).toMatch(
      /delete PersistentVolumeClaim shop\/data data would be lost it is bound/,
    );
    await at.page.keyboard.press("Escape");
    expect((await at.school.record("roll-2")).status).toBe("verified");
  });
});
