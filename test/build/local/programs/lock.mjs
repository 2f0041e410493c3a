// Waits for a line, locks the data directory it is given and says who has it; ends with its standard input.
import { lockDataDirectory } from "../../../../build/local/data-lock.ts";

process.stdout.write("ready\n");
process.stdin.once("data", () => {
  lockDataDirectory(process.argv[2]).then(
    () => process.stdout.write("won\n"),
    (error) => process.stdout.write(`${error.name} ${error.message.split("\n")[0]}\n`),
  );
});
process.stdin.once("end", () => process.exit());
