/**
 * Folders Grafana reads dashboards from (grafana.com/docs: provisioning, dashboards) that a ConfigMap of the repository is
 * mounted at: what is added to it is a dashboard a minute later.
 */
import { grafanas } from "./grafana.ts";
import { inNamespace, oncePer } from "./lookup.ts";
import { parseFile } from "./parse.ts";
import type { Platform, Resource } from "./platform.ts";
import { type Fields, itemsAt, stringsAt, textAt } from "./values.ts";
import type { Container, RepositoryWorkload } from "./workloads.ts";

export interface DashboardFolder {
  readonly configMap: Resource;
  readonly grafana: RepositoryWorkload;
  /** In Grafana's container. */
  readonly path: string;
}

const PROVISIONING = /(?:^|\/)provisioning(?:\/dashboards)?(?:\/|$)/;

export const dashboardFolders: (platform: Platform) => readonly DashboardFolder[] = oncePer((platform) =>
  grafanas(platform).flatMap((grafana) => {
    const mounted = grafana.containers.flatMap((container) => mountsOf(platform, grafana, container));
    const folders = mounted
      .filter(({ path }) => PROVISIONING.test(path))
      .flatMap(({ configMap }) => providedPaths(configMap));
    return mounted
      .filter(
        ({ isWhole, path }) => isWhole && folders.some((folder) => path === folder || path.startsWith(`${folder}/`)),
      )
      .map(({ configMap, path }) => ({ configMap, grafana, path }));
  }),
);

/** ConfigMaps mounted in a container. A single file of one (`subPath`, `items`) never shows what is added later. */
function mountsOf(
  platform: Platform,
  { namespace, podSpec }: RepositoryWorkload,
  { spec }: Container,
): readonly { readonly configMap: Resource; readonly path: string; readonly isWhole: boolean }[] {
  const volumes = itemsAt(podSpec, "volumes");
  const configMaps = inNamespace(platform, namespace).filter(
    (one) => one.kind === "ConfigMap" && one.apiVersion === "v1",
  );
  return itemsAt(spec, "volumeMounts").flatMap((mount) => {
    const volume = volumes.find((one) => one["name"] === mount["name"]);
    const name = textAt(volume, "configMap", "name");
    const configMap = configMaps.find((one) => one.name === name && one.application !== undefined);
    const path = (textAt(mount, "mountPath") ?? "").replace(/\/+$/, "");
    if (configMap === undefined || path === "") return [];
    const isWhole = mount["subPath"] === undefined && itemsAt(volume, "configMap", "items").length === 0;
    return [{ configMap, path, isWhole }];
  });
}

/** `providers[].options.path` of every file of a provider. */
function providedPaths({ object }: Resource): readonly string[] {
  return Object.entries(stringsAt(object, "data")).flatMap(([key, content]) => {
    if (!/\.ya?ml$/.test(key)) return [];
    const { documents } = parseFile({ path: key, blob: "", content });
    return documents.flatMap(({ value }) => itemsAt(value, "providers").flatMap(pathOf));
  });
}

function pathOf(provider: Fields): string[] {
  const path = textAt(provider, "options", "path") ?? textAt(provider, "folder");
  return path?.startsWith("/") === true ? [path.replace(/\/+$/, "")] : [];
}
