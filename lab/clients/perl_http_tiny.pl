# Driver of HTTP::Tiny, the client in Perl's own library. Its errors come as the made-up status 599.
use strict;
use warnings;
use HTTP::Tiny;

if (grep { $_ eq '--version' } @ARGV) {
    print "$HTTP::Tiny::VERSION\n";
    exit;
}
$| = 1;
my $client = HTTP::Tiny->new(timeout => 8);
while (my $line = <STDIN>) {
    chomp $line;
    my ($name, $method, $url, $headers, $body) = split /\t/, $line, -1;
    my %headers = map { split /: /, $_, 2 } split /\|/, $headers;
    my $response = $client->request($method, $url, { headers => \%headers, length $body ? (content => $body) : () });
    # A 599 of its own has text that says why; one from the wire has the header that the origin gives every answer.
    my $own = $response->{status} == 599 && !exists $response->{headers}{'x-origin'};
    print join("\t", $name, $own ? ('', '', 'status 599') : ($response->{status}, length $response->{content}, '')), "\n";
}
