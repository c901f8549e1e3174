// Driver of java.net.http.HttpClient: by default, or with the argument "follow" one that follows redirects.
// Started from its source: java java_client.java [follow]
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;

class JavaClient {
    public static void main(String[] arguments) throws Exception {
        var options = List.of(arguments);
        if (options.contains("--version")) {
            System.out.println(System.getProperty("java.version"));
            return;
        }
        var builder = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1);
        if (options.contains("follow")) builder.followRedirects(HttpClient.Redirect.NORMAL);
        var client = builder.build();
        var input = new BufferedReader(new InputStreamReader(System.in, "UTF-8"));
        for (String line; (line = input.readLine()) != null; ) {
            var call = line.split("\t", -1);
            System.out.println(call[0] + "\t" + send(client, call));
            System.out.flush();
        }
    }

    /** Sends a call: status, length and error between tabs. */
    static String send(HttpClient client, String[] call) {
        var body = call[4].isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(call[4]);
        var request = HttpRequest.newBuilder(URI.create(call[2])).method(call[1], body).timeout(Duration.ofSeconds(8));
        for (var header : call[3].split("\\|")) {
            var colon = header.indexOf(": ");
            if (colon > 0) request.header(header.substring(0, colon), header.substring(colon + 2));
        }
        try {
            var response = client.send(request.build(), BodyHandlers.ofByteArray());
            return response.statusCode() + "\t" + response.body().length + "\t";
        } catch (Exception error) {
            return "\t\t" + error.getClass().getSimpleName();
        }
    }
}
