import { QdrantError } from "./errors.ts";

type Fields = Readonly<Record<string, unknown>>;
export function checkBody(_operation: string, text: string): Fields {
  if (text === "") return {};
  try {
    return JSON.parse(text) as Fields;
  } catch (error) {
    throw new QdrantError(400, `Format error in JSON body: ${(error as Error).message}`);
  }
}
export function checkQuery(_operation: string, _query: URLSearchParams): void {}
