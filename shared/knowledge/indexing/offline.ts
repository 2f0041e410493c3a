/** The offline embedder's fit; its code is loaded by the first fit. */
export async function offlineFit(
  texts: readonly string[],
  signal: AbortSignal,
): Promise<{ readonly id: string; readonly bytes: Uint8Array }> {
  const [{ fitLsa }, { lsaEmbedder }] = await Promise.all([
    import("../embedding/lsa-fit.ts"),
    import("../embedding/lsa.ts"),
  ]);
  const bytes = await fitLsa(texts, { signal });
  return { id: lsaEmbedder(bytes).id, bytes };
}

/** Whether an embedder is the school's own, which gets better by a fit. */
export function isOffline({ id }: { readonly id: string }): boolean {
  return /^(hash|lsa)-/.test(id);
}
