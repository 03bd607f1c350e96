/** Imported before all else: an older Node fails while it loads the rest, with a stack instead of an advice. */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(`The gateway needs Node 22.19 or later, and this is Node ${process.versions.node}.\n`);
  process.exit(1);
}
