<?php
// Driver of PHP's own HTTP: file_get_contents() with a stream context. It has no connection to keep.
if (in_array('--version', $argv)) {
    echo PHP_VERSION, "\n";
    exit;
}
while (($line = fgets(STDIN)) !== false) {
    [$name, $method, $url, $headers, $body] = explode("\t", rtrim($line, "\n"));
    $http = ['method' => $method, 'header' => array_filter(explode('|', $headers)), 'timeout' => 8];
    if ($body !== '') {
        $http['content'] = $body;
    }
    $http_response_header = [];
    $content = @file_get_contents($url, false, stream_context_create(['http' => $http]));
    $status = '';
    foreach ($http_response_header as $header) {   // the heads of all responses, one after the other
        if (preg_match('~^HTTP/\S+ (\d{3})~', $header, $match)) {
            $status = $match[1];
        }
    }
    $failed = $content === false;
    echo implode("\t", [$name, $status, $failed ? '' : strlen($content), $failed ? 'Warning' : '']), "\n";
}
