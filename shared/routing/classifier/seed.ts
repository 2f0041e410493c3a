/** The classifier the project ships, trained on the shipped rows: it serves until a school has trained a better one. */
import type { Classifier } from "../../routing-ports.ts";
import { type LoadOptions, loadClassifier } from "./model-file.ts";

/** Loaded when it is asked for. Throws ModelDamaged. */
export async function seedClassifier(options: LoadOptions = {}): Promise<Classifier> {
  const { bytes, checksum } = await seedModel();
  return loadClassifier(bytes, checksum, { version: "seed", ...options });
}

/** The model itself; `npm run eval -- --train routing` writes it. */
export async function seedModel(): Promise<{ readonly bytes: Uint8Array; readonly checksum: string }> {
  const { default: file } = await import("./seed-model.json", { with: { type: "json" } });
  return { bytes: Buffer.from(file.model, "base64"), checksum: file.checksum };
}
