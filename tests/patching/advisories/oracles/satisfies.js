// Reads `range<TAB>version` a line and says 1, 0, or `refused` for what is no range.
const { Range } = require('semver')
const lines = require('fs').readFileSync(0, 'utf8').split('\n')
lines.pop()
const options = { includePrerelease: true, loose: true }
for (const line of lines) {
  const [range, version] = line.split('\t')
  let said
  try { said = new Range(range, options).test(version) ? '1' : '0' } catch { said = 'refused' }
  console.log(said)
}
