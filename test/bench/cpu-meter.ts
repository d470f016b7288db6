/** Loaded before a measured process begins (`node --import`): it answers each question with the CPU time used so far. */
process.on('message', message => {
  if (message === 'cpu') process.send?.(process.cpuUsage())
})
