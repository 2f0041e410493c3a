/** A stand-in for a function: says how it lives and ends, as told by BEHAVIOUR (drain, stubborn, crash). */
const behaviour = process.env.BEHAVIOUR;
process.stdout.write(`started ${process.pid}\n`);
if (behaviour === "crash") process.exit(3);

process.on("SIGTERM", () => {
  process.stdout.write(`SIGTERM ${process.pid}\n`);
  if (behaviour === "drain") process.exit(0);
});
setInterval(() => {}, 1_000);
process.stdout.write(`ready ${process.pid}\n`);
