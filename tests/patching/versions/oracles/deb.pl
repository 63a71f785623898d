# Reads `a<TAB>b` a line and prints -1, 0, 1, or undecided: Dpkg::Version, which Debian's own tools sort by.
use strict;
use warnings;
use Dpkg::Version;
$| = 1;
while (my $line = <STDIN>) {
    chomp $line;
    my ($first, $second) = map { Dpkg::Version->new($_) } split /\t/, $line, -1;
    print $first->is_valid && $second->is_valid ? $first <=> $second : 'undecided', "\n";
}
