package consumer;

import dev.echo.EchoClient;
import dev.echo.EchoServer;
import dev.echo.Endpoint;
import dev.echo.MessageTransformer;

class Main {

  public static void main(String[] args) throws Exception {
    MessageTransformer transformer = MessageTransformer.upperCase();
    try (EchoServer server = EchoServer.builder().transformer(transformer).start(Endpoint.tcp(0));
        EchoClient client = EchoClient.connect(server.endpoint())) {
      String reply = client.send("hello").message().text();
      String module = EchoServer.class.getModule().toString();
      System.out.println(reply + " from " + module);
      if (!reply.equals("HELLO") || !module.startsWith(args[0])) {
        throw new AssertionError("expected HELLO from " + args[0]);
      }
    }
  }
}
