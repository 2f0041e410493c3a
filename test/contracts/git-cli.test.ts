import { gitCli } from "../../shared/adapters/git-cli.ts";
import { gitContract } from "./git.ts";

gitContract("git-cli", ({ url, cacheDir }, author) => gitCli({ remote: url, cacheDir, author }));
