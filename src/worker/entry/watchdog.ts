/**
 * A thread beside a worker process that ends it when the loader's process is gone.
 *
 * The channel tells so too, but only while the process's event loop turns: a process that is in an endless loop when
 * its parent is killed would spin for ever. Looks once a second, which costs nothing that could be measured.
 * Windows needs none of this: there a child ends with its parent.
 */
const parent = process.ppid;

setInterval(() => {
  if (process.ppid !== parent) process.kill(process.pid, "SIGKILL");
}, 1000);
