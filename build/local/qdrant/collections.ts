/** All collections and their aliases. A collection is read when it is first asked for, if it was not read before. */
import { type Collection, openCollection } from "./collection.ts";
import { collectionConfig } from "./collection-config.ts";
import { notFound, outOfRange, QdrantError, unsupported } from "./errors.ts";
import type { Storage, StoredCollection } from "./storage.ts";

type Fields = Readonly<Record<string, unknown>>;

export interface Collections {
  /**
   * By name or alias, as soon as it is wholly read; `work` is then done in one go, so that nobody sees half of it. Throws
   * QdrantError 404, or what `work` throws.
   */
  use<T>(name: string, work: (collection: Collection) => T): Promise<T>;
  /** Reads them all, one after the other. */
  preload(): Promise<void>;
  exists(name: string): boolean;
  names(): string[];
  create(name: string, body: Fields): void;
  /** False when there is none of this name; an alias is none. */
  remove(name: string): Promise<boolean>;
  aliases(name?: string): { readonly alias_name: string; readonly collection_name: string }[];
  /** All of them or none; nobody sees half of it. */
  change(actions: readonly Fields[]): void;
}

const NAME = /^[^<>:"/\\|?*\0\x1F]{1,255}$/;

/** `signal`: of a server that closes. */
export function collectionsIn(storage: Storage, signal: AbortSignal): Collections {
  const stored = new Map(storage.collections().map((collection) => [collection.name, collection]));
  const opened = new Map<number, Promise<Collection>>();
  let aliases = storage.aliases();

  const nameOf = (id: number) => [...stored.values()].find((collection) => collection.id === id)?.name ?? "";
  function find(name: string): StoredCollection | undefined {
    const id = aliases.get(name);
    return stored.get(id === undefined ? name : nameOf(id));
  }
  function existing(name: string): StoredCollection {
    const found = find(name);
    if (found === undefined) throw missing(name);
    return found;
  }
  async function open(collection: StoredCollection): Promise<Collection> {
    const known = opened.get(collection.id);
    if (known !== undefined) return known;
    const opening = openCollection(storage, collection, signal);
    opened.set(collection.id, opening);
    opening.catch(() => opened.delete(collection.id));
    return opening;
  }
  function missing(name: string): QdrantError {
    return notFound(`Collection \`${name}\` doesn't exist!`);
  }
  function taken(name: string): QdrantError {
    return new QdrantError(409, `Wrong input: Collection \`${name}\` already exists!`);
  }
  return {
    exists: (name) => find(name) !== undefined,
    names: () => [...stored.keys()].sort(),
    async use(name, work) {
      const found = existing(name);
      const collection = await open(found);
      // Somebody may have deleted it meanwhile.
      if (stored.get(found.name) !== found) throw missing(name);
      return work(collection);
    },
    async preload() {
      for (const collection of stored.values()) await open(collection);
    },
    create(name, body) {
      if (!NAME.test(name)) throw outOfRange(`collection_name: \`${name}\` cannot be the name of a collection`);
      if (stored.has(name)) throw taken(name);
      if (aliases.has(name)) {
        throw new QdrantError(
          400,
          `Wrong input: Can't create collection with name ${name}. Alias with the same name already exists`,
        );
      }
      stored.set(name, storage.addCollection(name, collectionConfig(body)));
    },
    async remove(name) {
      const found = stored.get(name);
      if (found === undefined) return false;
      // Who is reading it comes to an end first.
      await opened.get(found.id)?.catch(() => undefined);
      if (stored.get(name) !== found) return false;
      storage.removeCollection(found.id);
      stored.delete(name);
      opened.delete(found.id);
      aliases = storage.aliases();
      return true;
    },
    aliases: (name) =>
      [...aliases]
        .map(([alias_name, id]) => ({ alias_name, collection_name: nameOf(id) }))
        .filter((alias) => name === undefined || alias.collection_name === existing(name).name),
    change(actions) {
      const changed = new Map(aliases);
      for (const action of actions) apply(action, changed);
      storage.writeAliases(changed);
      aliases = changed;
    },
  };

  function apply(action: Fields, changed: Map<string, number>): void {
    const [kind, value] = Object.entries(action)[0] ?? [];
    const fields = (value ?? {}) as Readonly<Record<string, string>>;
    if (kind === "create_alias") {
      const name = fields["collection_name"] as string;
      const target = stored.get(name);
      if (target === undefined) throw missing(name);
      const alias = fields["alias_name"] as string;
      if (stored.has(alias)) throw taken(alias);
      changed.set(alias, target.id);
      return;
    }
    if (kind === "delete_alias") {
      // The real server takes one that is not there for done.
      changed.delete(fields["alias_name"] as string);
      return;
    }
    if (kind !== "rename_alias") throw unsupported(`the alias action ${kind}`);
    const old = fields["old_alias_name"] as string;
    const target = changed.get(old);
    if (target === undefined) throw notFound(`Alias ${old} does not exists!`);
    changed.delete(old);
    changed.set(fields["new_alias_name"] as string, target);
  }
}
