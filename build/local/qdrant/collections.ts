/** All collections and their aliases. A collection is read when it is first asked for. */
import { type Collection, openCollection } from "./collection.ts";
import { collectionConfig } from "./collection-config.ts";
import { notFound, outOfRange, QdrantError, unsupported } from "./errors.ts";
import type { Storage, StoredCollection } from "./storage.ts";

type Fields = Readonly<Record<string, unknown>>;

export interface Collections {
  /** By name or alias. Throws QdrantError 404. */
  open(name: string): Collection;
  exists(name: string): boolean;
  names(): string[];
  create(name: string, body: Fields): void;
  /** False when there is none of this name; an alias is none. */
  remove(name: string): boolean;
  aliases(name?: string): { readonly alias_name: string; readonly collection_name: string }[];
  /** All of them or none; nobody sees half of it. */
  change(actions: readonly Fields[]): void;
}

const NAME = /^[^<>:"/\\|?*\0\x1F]{1,255}$/;

export function collectionsIn(storage: Storage): Collections {
  const stored = new Map(storage.collections().map((collection) => [collection.name, collection]));
  const opened = new Map<number, Collection>();
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
  function missing(name: string): QdrantError {
    return notFound(`Collection \`${name}\` doesn't exist!`);
  }
  function taken(name: string): QdrantError {
    return new QdrantError(409, `Wrong input: Collection \`${name}\` already exists!`);
  }
  return {
    exists: (name) => find(name) !== undefined,
    names: () => [...stored.keys()].sort(),
    open(name) {
      const found = existing(name);
      const known = opened.get(found.id);
      if (known !== undefined) return known;
      const collection = openCollection(storage, found);
      opened.set(found.id, collection);
      return collection;
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
    remove(name) {
      const found = stored.get(name);
      if (found === undefined) return false;
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
