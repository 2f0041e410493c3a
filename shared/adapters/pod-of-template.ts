/** The pod a workload would make, for admission that looks at pods only. */

import { type Fields, fieldsAt, textAt } from "../repository/values.ts";
import { asWorkload } from "../repository/workloads.ts";

/** Undefined for what makes no pods. */
export function podOf(object: Fields): Fields | undefined {
  const [apiVersion = "", kind = ""] = [textAt(object, "apiVersion"), textAt(object, "kind")];
  const [name = "", namespace] = [textAt(object, "metadata", "name"), textAt(object, "metadata", "namespace")];
  const workload = asWorkload({
    apiVersion,
    kind,
    name,
    namespace,
    object,
    path: "",
    document: 0,
    application: undefined,
  });
  if (workload === undefined) return undefined;
  const template = workload.templatePath.reduce<unknown>((value, key) => fieldsAt(value, key), object);
  const { labels, annotations } = fieldsAt(template, "metadata");
  const own = { ...(labels === undefined ? {} : { labels }), ...(annotations === undefined ? {} : { annotations }) };
  const metadata = { generateName: `${name.slice(0, 50)}-`, namespace, ...own };
  return { apiVersion: "v1", kind: "Pod", metadata, spec: workload.podSpec };
}
