/** What a listing lists, as sources of their own: bounded, cleaned, each with the id it has when it is read. */
import type { SubmittedSource } from "../../shared/domain/events.ts";
import { cleanLine } from "../../shared/domain/text.ts";
import type { ListedSource } from "../../shared/source-ports.ts";
import { sourceId } from "./identity.ts";

/** Of one listing; the newest ones count. */
const MOST_ENTRIES = 1_000;
const LONGEST_ADDRESS = 2_000;

export interface Listed {
  readonly entries: readonly (SubmittedSource & { readonly id: string })[];
  readonly because: string;
}

/** `listed`: newest first. An address that is there twice is one source. */
export function listedSources(listed: readonly ListedSource[]): Listed {
  const entries = new Map<string, SubmittedSource & { readonly id: string }>();
  let unusable = 0;
  for (const entry of listed.slice(0, MOST_ENTRIES)) {
    const source = submitted(entry);
    if (source === undefined) unusable += 1;
    else if (!entries.has(source.id)) entries.set(source.id, source);
  }
  const because = [
    `${entries.size} entries`,
    listed.length > MOST_ENTRIES ? `the newest ${MOST_ENTRIES} of ${listed.length}` : "",
    unusable > 0 ? `${unusable} without a usable address` : "",
  ];
  return { entries: [...entries.values()], because: because.filter((part) => part !== "").join(", ") };
}

function submitted({ address: given, title: said, content }: ListedSource): Listed["entries"][number] | undefined {
  const address = given.trim();
  if (address === "" || address.length > LONGEST_ADDRESS || cleanLine(address) !== address) return undefined;
  const title = cleanLine(said).slice(0, 300);
  const source = {
    address,
    ...(title === "" ? {} : { title }),
    ...(content === undefined || content.trim() === "" ? {} : { content }),
    again: false,
  };
  return { id: sourceId(source), ...source };
}
