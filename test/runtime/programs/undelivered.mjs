import { serveUndelivered } from "../../../shared/runtime/http/undelivered.ts";

await serveUndelivered(process.env);
