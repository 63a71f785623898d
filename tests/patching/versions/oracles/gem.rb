# Reads `a<TAB>b` a line and prints -1, 0, 1, or undecided: Gem::Version of the Ruby that is installed.
$stdout.sync = true
$stdin.each_line(chomp: true) do |line|
  pair = line.split("\t", -1)
  valid = pair.all? { |text| Gem::Version.correct?(text) }
  puts(valid ? Gem::Version.new(pair[0]) <=> Gem::Version.new(pair[1]) : "undecided")
end
