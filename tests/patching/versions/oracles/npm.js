// Reads `a<TAB>b` a line and prints -1, 0, 1, or undecided: node-semver.
const semver = require('/usr/share/nodejs/semver');
const lines = require('readline').createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const [first, second] = line.split('\t');
  const valid = semver.valid(first) !== null && semver.valid(second) !== null;
  process.stdout.write((valid ? semver.compare(first, second) : 'undecided') + '\n');
});
