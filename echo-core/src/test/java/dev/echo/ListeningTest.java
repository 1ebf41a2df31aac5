package dev.echo;

import dev.echo.testing.NoLeaks;
import dev.echo.testing.Wire;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Tests of clients whose server is the test itself. */
abstract class ListeningTest {

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  ServerSocketChannel listening;
  Endpoint endpoint;

  @BeforeEach
  void listen() throws IOException {
    listening = ServerSocketChannel.open().bind(new InetSocketAddress("127.0.0.1", 0));
    endpoint = Endpoint.tcp(((InetSocketAddress) listening.getLocalAddress()).getPort());
  }

  @AfterEach
  void stopListening() throws IOException {
    listening.close();
  }

  final Wire accept() throws IOException {
    return Wire.of(listening.accept());
  }
}
