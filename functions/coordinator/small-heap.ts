/**
 * The coordinator is always on and mostly idle: V8 shall collect early rather than grow. Imported first, because the heap
 * takes its limits as it grows. Measured with 800 requests: 88 MB resident instead of 240 MB, at no loss anyone notices.
 */
import { setFlagsFromString } from "node:v8";

setFlagsFromString("--optimize-for-size");
// A start makes much garbage in no time, for which V8 would keep sixteen times the room for young objects: 82 MB at rest
// instead of 71, and more work per request, because what is collected then is cold.
setFlagsFromString("--semi-space-growth-factor=1");
