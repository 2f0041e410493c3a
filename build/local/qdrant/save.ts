/** Writes what a server holds to a folder another one can be started with. */
import type { Collections } from "./collections.ts";
import type { Row } from "./point-table.ts";
import { openStorage, type Storage } from "./storage.ts";

/** `dataDir`: empty, or not there. Throws what the disk says. */
export async function saveCollections(collections: Collections, dataDir: string): Promise<void> {
  const target = openStorage(dataDir);
  try {
    const ids = new Map<string, number>();
    for (const name of collections.names()) ids.set(name, await saveCollection(collections, name, target));
    const aliases = collections.aliases().flatMap(({ alias_name, collection_name }) => {
      const id = ids.get(collection_name);
      return id === undefined ? [] : [[alias_name, id] as const];
    });
    target.writeAliases(new Map(aliases));
  } finally {
    target.close();
  }
}

function saveCollection(collections: Collections, name: string, target: Storage): Promise<number> {
  return collections.use(name, (collection) => {
    const { stored, dense, table } = collection;
    const copy = target.addCollection(stored.name, stored.config);
    const points = target.points(copy);
    // In memory the table leaves them out.
    const denseAt = (slot: number): Row["dense"] =>
      new Map([...dense].flatMap(([vector, vectors]) => (vectors.has(slot) ? [[vector, vectors.get(slot)]] : [])));
    target.transaction(() => {
      for (const slot of collection.all()) {
        points.put({
          slot,
          key: collection.keyAt(slot),
          version: table.version(slot),
          payload: table.payload(slot),
          sparse: table.sparse(slot),
          dense: denseAt(slot),
        });
      }
      for (const [field, params] of table.indexes()) points.addIndex(field, params);
      points.noteOperation(table.operation());
    });
    return copy.id;
  });
}
