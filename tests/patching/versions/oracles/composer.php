<?php
// Reads `a<TAB>b` a line and prints -1, 0, 1, or undecided: Composer's own parser, PHP's own comparison.
require '/usr/share/php/Composer/Semver/autoload.php';
$parser = new Composer\Semver\VersionParser();
while (($line = fgets(STDIN)) !== false) {
    [$first, $second] = explode("\t", rtrim($line, "\n"));
    try {
        $first = $parser->normalize($first);
        $second = $parser->normalize($second);
        $branch = str_starts_with($first, 'dev-') || str_starts_with($second, 'dev-');
        echo $branch ? 'undecided' : version_compare($first, $second), "\n";
    } catch (UnexpectedValueException) {
        echo "undecided\n";
    }
}
